import type { DashboardSource } from '../source.js';

/** The parked event of a stream, in a version of a read model. */
export interface WhichFault {
  readonly name: string;
  readonly version: number;
  readonly stream: string;
}

/** Has a parked event tried again. `false` if it is parked no more. */
export async function retryFault({ store }: DashboardSource, who: string, which: WhichFault): Promise<boolean> {
  return ((await store.projections?.faults.retry(which, who)) ?? 0) > 0;
}

/** Leaves a parked event out for good. `false` if it is parked no more. */
export async function skipFault({ store }: DashboardSource, who: string, which: WhichFault): Promise<boolean> {
  return ((await store.projections?.faults.skip(which, who)) ?? 0) > 0;
}
