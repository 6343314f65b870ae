import { setTimeout as delay } from 'node:timers/promises';
import { Anywise, AnywiseError, type AnywiseOptions } from 'anywise';

const retryMs = 100;

/** Starts a service of a kill test. While what it needs is away, it tries again with a new store and transport. */
export async function startOver(connect: () => Promise<AnywiseOptions>): Promise<Anywise> {
  for (;;) {
    // The leases of a killed process end soon, where its death is not seen.
    const bus = new Anywise({ leaseMs: 2_000, ...(await connect()) });
    try {
      await bus.start();
      return bus;
    } catch (error) {
      if (!AnywiseError.is(error) || !error.retryable) throw error;
      await delay(retryMs);
    }
  }
}
