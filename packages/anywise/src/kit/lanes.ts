/**
 * The lane of a message: messages with the same key share a lane and keep their order in it, and a message without a key has
 * its own. SQL stores keep it in the column `lane`. It sorts after the empty string.
 *
 * @param source who sent it, where messages of several sources meet, as in an inbox: their ids may be the same.
 */
export function laneOf(key: string | undefined, id: string, source?: string): string {
  if (key !== undefined) return `=${key}`;
  return source === undefined ? `-${id}` : `-${id} ${source}`;
}

/** The key of a lane; `undefined` for the lane of a message without one. */
export function keyOf(lane: string): string | undefined {
  return lane.startsWith('=') ? lane.slice(1) : undefined;
}
