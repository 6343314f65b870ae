/**
 * Texts of any size as values of a statement: the start and length of each, and all bytes. In an array of texts each quote
 * would have to be escaped, which takes many times the memory.
 */
export function textValues(texts: readonly string[]): [starts: number[], sizes: number[], bytes: Buffer] {
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(sizes.reduce((total, size) => total + size, 0));
  const starts: number[] = [];
  let end = 0;
  for (const text of texts) {
    starts.push(end + 1);
    end += bytes.write(text, end);
  }
  return [starts, sizes, bytes];
}

/** The text of a row with `start` and `size`, cut from all bytes. */
export function textIn(bytes: `$${number}`): string {
  return `convert_from(substr(${bytes}::bytea, start, size), 'UTF8')`;
}
