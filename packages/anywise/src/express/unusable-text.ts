import type { Issue } from '../core/errors/errors.js';
import { limits } from '../core/message/limits.js';

/**
 * The places in data where a string, or a field's name, cannot be stored and sent unchanged. Databases refuse NUL or
 * truncate the string there, and a lone surrogate turns into another character in UTF-8.
 */
export function findUnusableText(data: unknown): Issue[] {
  const issues: Issue[] = [];
  visit(data, [], issues);
  return issues;
}

function visit(value: unknown, path: readonly string[], issues: Issue[]): void {
  if (typeof value === 'string') note(value, path, issues);
  // The data from a route's `input` may be deeper than any body, or circular.
  if (typeof value !== 'object' || value === null || path.length > limits.depth) return;
  for (const [name, member] of Object.entries(value)) {
    const place = [...path, name];
    note(name, place, issues);
    visit(member, place, issues);
  }
}

function note(text: string, path: readonly string[], issues: Issue[]): void {
  if (text.includes('\0')) issues.push({ path, message: 'must not contain NUL characters' });
  else if (/\p{Surrogate}/u.test(text)) issues.push({ path, message: 'must be well-formed Unicode' });
}
