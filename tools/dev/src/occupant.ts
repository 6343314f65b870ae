import { createServer } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What answers on a port. */
export type Occupant =
  | { readonly kind: 'service'; readonly service: string; readonly pid: number }
  /** Some other HTTP server. */
  | { readonly kind: 'http' }
  /** Something that does not answer an HTTP request. */
  | { readonly kind: 'other' };

/** Whether something else listens there, so that a service could not. */
export async function isTaken({ host, port }: Address): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    // What is wrong with the address itself is for the service to say.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(false)));
  });
}

/** Asks what listens on a port; `undefined` where nothing does. */
export async function occupantOf(address: Address): Promise<Occupant | undefined> {
  try {
    const response = await fetch(`${urlOf(address)}/health/live`, { signal: AbortSignal.timeout(2000) });
    return identityIn(await response.json().catch(() => undefined)) ?? { kind: 'http' };
  } catch {
    return (await isTaken(address)) ? { kind: 'other' } : undefined;
  }
}

/** Who a health route says that it speaks for. */
export function identityIn(body: unknown): Extract<Occupant, { kind: 'service' }> | undefined {
  const { service, pid } = Object(body) as { readonly service?: unknown; readonly pid?: unknown };
  return typeof service === 'string' && typeof pid === 'number' ? { kind: 'service', service, pid } : undefined;
}

export function describeOccupant(occupant: Occupant): string {
  switch (occupant.kind) {
    case 'service':
      return `the service \`${occupant.service}\` (process ${occupant.pid})`;
    case 'http':
      return 'another HTTP server';
    case 'other':
      return 'a program that does not speak HTTP';
  }
}

/** Where this machine reaches what listens on an address. */
export function urlOf({ host, port }: Address): string {
  const reachable = new Map([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '::1'],
  ]).get(host);
  const name = reachable ?? host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
