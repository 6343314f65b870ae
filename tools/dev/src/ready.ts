import { setTimeout as delay } from 'node:timers/promises';
import { describeOccupant, identityIn, parse, urlOf, type Occupant } from './occupant.js';
import type { Endpoint } from './problems.js';

export interface Expected extends Endpoint {
  /** Whether this process should answer. */
  isProcess(pid: number): boolean;
}

/**
 * Waits until every service reports that it is ready, from the process that it should run in. Calls `onLate` once if one is
 * still not ready after `lateMs`.
 */
export async function untilReady(
  services: readonly Expected[],
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

async function whyNotReady(service: Expected): Promise<string | undefined> {
  const { slice } = service;
  const url = `${urlOf(service)}/health/ready`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    const text = await response.text();
    const occupant: Occupant = identityIn(text) ?? { kind: 'http' };
    const isOwn = occupant.kind === 'service' && occupant.service === slice && service.isProcess(occupant.pid);
    if (!isOwn) return `${slice} does not answer on ${url}, but ${describeOccupant(occupant)} does`;
    return response.ok ? undefined : `${slice} is not ready: ${reasonsIn(text)}`;
  } catch {
    return `${slice} does not answer on ${url}`;
  }
}

function reasonsIn(text: string): string {
  const { reasons } = Object(parse(text)) as { readonly reasons?: unknown };
  return Array.isArray(reasons) ? reasons.join(', ') : text;
}
