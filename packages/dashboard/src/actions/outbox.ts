import type { DashboardSource } from '../source.js';

/** Makes a parked message due again. `false` if it is parked no more. */
export async function retryParked({ store }: DashboardSource, who: string, id: string): Promise<boolean> {
  return (await store.parked.retry(id, who)) > 0;
}

/** Deletes a parked message for good. `false` if it is parked no more. */
export async function discardParked({ store }: DashboardSource, who: string, id: string): Promise<boolean> {
  return store.parked.discard(id, who);
}

/** Cancels a scheduled command. `false` if it was due already, or was cancelled before. */
export async function cancelScheduled({ store }: DashboardSource, who: string, id: string): Promise<boolean> {
  return store.scheduled.cancel(id, who);
}

/** Makes a scheduled command due now. `false` if it was due already, or was cancelled before. */
export async function runScheduled({ store }: DashboardSource, who: string, id: string): Promise<boolean> {
  return store.scheduled.runNow(id, who);
}
