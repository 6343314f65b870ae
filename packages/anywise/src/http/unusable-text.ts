import type { Issue } from '../core/errors/errors.js';
import { limits } from '../core/message/limits.js';
import { faultOf } from '../core/message/storable-text.js';

/** The places in data where a text, or a field's name, cannot be kept and sent as it is. */
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
  const fault = faultOf(text);
  if (fault !== undefined) issues.push({ path, message: fault });
}
