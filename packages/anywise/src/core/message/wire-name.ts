import { limits } from './limits.js';

const wireName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What is wrong with a wire name, one text per problem. */
export function wireNameProblems(name: unknown): string[] {
  if (typeof name !== 'string' || !wireName.test(name)) return ['its wire name must look like `slice.kebab-name`'];
  if (name.length <= limits.attributeBytes) return [];
  return [`its wire name has ${name.length} characters, more than ${limits.attributeBytes}`];
}
