import { setTimeout as delay } from 'node:timers/promises';

export interface Endpoint {
  readonly slice: string;
  readonly port: number;
}

/** Waits until every service says that it is ready; calls `onLate` once if one still is not after `lateMs`. */
export async function untilReady(
  services: readonly Endpoint[],
  lateMs: number,
  onLate: (reasons: string[]) => void,
): Promise<void> {
  const lateAt = performance.now() + lateMs;
  let late = false;
  for (;;) {
    const answers = await Promise.all(services.map(whyNotReady));
    const reasons = answers.filter((reason) => reason !== undefined);
    if (reasons.length === 0) return;
    if (!late && performance.now() > lateAt) {
      late = true;
      onLate(reasons);
    }
    await delay(late ? 1000 : 200);
  }
}

async function whyNotReady({ slice, port }: Endpoint): Promise<string | undefined> {
  const url = `http://127.0.0.1:${port}/health/ready`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    const body = await response.text();
    return response.ok ? undefined : `${slice} answers ${response.status} on ${url}: ${body}`;
  } catch {
    return `${slice} does not answer on ${url}`;
  }
}
