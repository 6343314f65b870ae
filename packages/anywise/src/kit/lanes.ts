/**
 * The lane of a message: messages with the same key share a lane and keep their order in it, and a message without a key has
 * its own. SQL stores keep it in the column `lane`. It sorts after the empty string.
 */
export function laneOf(key: string | undefined, id: string): string {
  return key === undefined ? `-${id}` : `=${key}`;
}

/** The key of a lane; `undefined` for the lane of a message without one. */
export function keyOf(lane: string): string | undefined {
  return lane.startsWith('=') ? lane.slice(1) : undefined;
}
