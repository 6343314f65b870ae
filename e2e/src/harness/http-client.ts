export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly idempotencyKey?: string;
}

export type Client = (url: string, call: Call) => Promise<Answer>;

/** A service whose URL may change with each start. */
export interface Whereabouts {
  url(): Promise<string>;
}

/** Sends requests with a bearer token, like any client of the HTTP routes. */
export function createClient(token: string): Client {
  return async (url, { method, path, body, idempotencyKey }) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    return { status: response.status, body: await response.json() };
  };
}

/** Repeats a request until it is answered, at whatever URL the service then has. Only safe with an idempotency key. */
export async function insist(client: Client, service: Whereabouts, call: Call): Promise<Answer> {
  for (;;) {
    const url = await service.url();
    try {
      const answer = await client(url, call);
      if (answer.status !== 503) return answer;
    } catch (error) {
      if (!isCut(error)) throw error;
    }
  }
}

/** How `fetch` reports a refused or broken connection. Its errors come from another realm than Jest's, so `instanceof` does not work. */
export function isCut(error: unknown): boolean {
  return (error as Partial<Error>).name === 'TypeError';
}
