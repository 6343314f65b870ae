/** What is missing in `found`, there without being due, or there twice. */
export function differences(place: string, found: readonly string[], due: readonly string[]): string[] {
  const left = new Set(due);
  const more = found.filter((one) => !left.delete(one)).map((one) => `${place}: ${one} is too much`);
  return [...more, ...[...left].map((one) => `${place}: ${one} is missing`)];
}
