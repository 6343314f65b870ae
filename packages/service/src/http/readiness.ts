import type { Checkable } from 'anywise/express';

/** Whether a service accepts requests: the answer of `/health/ready`. */
export interface Readiness extends Checkable {
  /** Whether it is stopping. */
  readonly isStopping: boolean;
  /** What keeps it from starting. This text is public. */
  readonly waitFor: (reason: string) => void;
  /** From now on the bus decides. */
  open(): void;
  /** Never ready again. */
  stop(): void;
}

/**
 * Follows a service from its start to its end.
 *
 * ```text
 *   starting ──open──▶ open: as the bus says ──stop──▶ stopping
 *       └──────────────────────stop────────────────────────▲
 * ```
 */
export function createReadiness(bus: Checkable): Readiness {
  let obstacle: string | undefined = 'the service is starting';
  let isStopping = false;
  return {
    get isStopping() {
      return isStopping;
    },
    waitFor(reason) {
      if (!isStopping) obstacle = reason;
    },
    open() {
      obstacle = undefined;
    },
    stop() {
      obstacle = undefined;
      isStopping = true;
    },
    async check(options) {
      if (obstacle !== undefined) return [obstacle];
      const reasons = await bus.check(options);
      return isStopping && reasons.length === 0 ? ['the service is stopping'] : reasons;
    },
    saturated: () => bus.saturated?.() ?? [],
  };
}
