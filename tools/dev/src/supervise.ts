import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Exit, Service } from './child.js';

export interface SupervisorOptions {
  readonly slice: string;
  readonly start: () => Service;
  /** Called when a service has reported that it is misconfigured. */
  readonly onGivenUp: (service: Service) => void;
  /** Calls back after each edit. Returns a function that stops it. */
  readonly watch: (onEdit: (file: string) => void) => () => void;
  readonly say: (text: string) => void;
  /** Aborting it stops the service and ends the supervisor. */
  readonly signal: AbortSignal;
}

/** EX_CONFIG of sysexits.h: the service has reported what is wrong with its configuration, and a restart cannot help. */
const misconfigured = 78;

const quickMs = 5000;

/**
 * Keeps one service running until `signal` is aborted, and returns the exit code for the process.
 *
 * ```text
 *              dies                    after a delay, or an edit
 *   running ─────────► waiting ──────────────────────────────────► running
 *   running ── edit ─► stopping ─────────────────────────────────► running
 *   running, waiting ── signal ─► stopping ─► ended (0)
 *   running ── exits with 78 ───────────────► ended (1)
 * ```
 */
export async function supervise({ slice, start, onGivenUp, watch, say, signal }: SupervisorOptions): Promise<number> {
  let edit = new AbortController();
  const unwatch = watch((file) => {
    if (edit.signal.aborted || signal.aborted) return;
    say(`${slice}: ${file} has changed; starting it again`);
    edit.abort();
  });
  try {
    let quickDeaths = 0;
    while (!signal.aborted) {
      edit = new AbortController();
      const interrupted = AbortSignal.any([signal, edit.signal]);
      const startedAt = performance.now();
      const service = start();
      const exit = await Promise.race([service.exited, once(interrupted, 'abort').then(() => undefined)]);
      if (exit === undefined) {
        await service.stop();
        quickDeaths = 0;
        continue;
      }
      if (exit.code === misconfigured) {
        onGivenUp(service);
        return 1;
      }

      quickDeaths = performance.now() - startedAt < quickMs ? quickDeaths + 1 : 0;
      const waitMs = restartDelay(quickDeaths);
      say(`${slice} died (${describe(exit)}); starting it again${waitMs < 1000 ? '' : ` in ${waitMs / 1000} s`}`);
      await delay(waitMs, undefined, { signal: interrupted }).catch(() => undefined);
    }
    return 0;
  } finally {
    unwatch();
  }
}

/** None if the service had been running for a while; otherwise longer each time it dies early in a row. */
export function restartDelay(quickDeaths: number): number {
  return quickDeaths === 0 ? 0 : Math.min(100 * 2 ** (quickDeaths - 1), 5000);
}

function describe({ code, signal }: Exit): string {
  return signal ?? `exit code ${code ?? 'unknown'}`;
}
