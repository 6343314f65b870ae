/** A suggestion of the known word nearest to a misspelt one; empty if none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: distanceBetween(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 3) || startsLike(word, candidate))
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined ? '' : ` Did you mean \`${nearest.candidate}\`?`;
}

function startsLike(word: string, candidate: string): boolean {
  return word.length >= 3 && candidate.startsWith(word);
}

/** How many letters must be inserted, removed or replaced to turn one word into the other. */
function distanceBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, letter] of Array.from(a).entries()) {
    const line = [row + 1];
    for (const [column, other] of Array.from(b).entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      line.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    above = line;
  }
  return above[b.length] ?? 0;
}
