import type { Issue } from '../core/errors/errors.js';
import { limits } from '../core/message/limits.js';

/**
 * The places in data where a text, or a field's name, cannot be stored and sent as it is. Databases refuse NUL or cut the
 * text there, and half a character turns into another on its way into UTF-8.
 */
export function findUnusableText(data: unknown): Issue[] {
  const issues: Issue[] = [];
  visit(data, [], issues);
  return issues;
}

function visit(value: unknown, path: readonly string[], issues: Issue[]): void {
  if (typeof value === 'string') note(value, path, issues);
  // What `input` of a route gives may be deeper than any body, or go round in circles.
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
