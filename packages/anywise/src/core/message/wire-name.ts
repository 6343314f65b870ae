const wireName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What is wrong with the name under which something travels, one text a problem. */
export function wireNameProblems(name: unknown): string[] {
  return typeof name === 'string' && wireName.test(name) ? [] : ['its wire name must look like `slice.kebab-name`'];
}
