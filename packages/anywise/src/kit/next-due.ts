/** How soon to look again whether others that handle messages have died. */
const holdersPollMs = 1_000;

/**
 * When it is worth searching an inbox again although nothing is committed until then, in milliseconds.
 *
 * @param dueInMs when the first message is due of those that wait for a time.
 * @param othersRun whether other holders handle messages now: one that dies is not heard of.
 */
export function searchAgainIn(dueInMs: number | undefined, othersRun: boolean): number | undefined {
  return othersRun ? Math.min(dueInMs ?? holdersPollMs, holdersPollMs) : dueInMs;
}

/** The least of these; `undefined` if there are none. */
export function soonest(times: Iterable<number>): number | undefined {
  let least: number | undefined;
  for (const time of times) if (least === undefined || time < least) least = time;
  return least;
}
