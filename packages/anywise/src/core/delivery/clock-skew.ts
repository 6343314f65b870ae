/**
 * How far the clock of this process is ahead of the database's, in milliseconds, at the least; negative if it is behind. What
 * passes between the two readings here is no skew.
 *
 * @param at the database's clock between `before` and `after`.
 */
export function clockSkew(at: number, before: number, after: number): number {
  if (at > after) return after - at;
  return at < before ? before - at : 0;
}
