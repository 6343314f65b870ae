/** Scopes that belong to others, or mean something else. */
const taken = new Set(['anywise', 'types', 'node_modules', 'node', 'npm']);

/** Says what is wrong with the name of a workspace, which becomes the scope of its packages; `undefined` for a good one. */
export function wrongWithName(name: string): string | undefined {
  if (!/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(name)) {
    return 'cannot name packages. Use lower-case letters and digits, beginning with a letter, and words joined by `-`: my-shop.';
  }
  if (name.length > 60) return 'is longer than 60 letters.';
  return taken.has(name) ? 'is the name of something else. Try another: my-shop.' : undefined;
}
