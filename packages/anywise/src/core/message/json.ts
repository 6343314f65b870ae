import { describeValue, isPlainArray, isPlainObject } from '../errors/describe.js';
import { InvalidMessageError, type Issue } from '../errors/errors.js';
import { limits } from './limits.js';

/** How deep the value of a field may nest: the envelope and the data around it are two levels more. */
const deepest = limits.depth - 2;

/** An error must not become larger than the data that it describes. */
export const mostIssues = 50;
const longestPath = 20;

/**
 * Whether a value survives JSON unchanged. An `undefined` field counts as absent, and `-0` as 0; anything else that JSON
 * would change, drop or refuse is not JSON.
 */
export function isJson(value: unknown): boolean {
  return isJsonAt(value, 0);
}

/** Every part of a value that JSON cannot represent, with its path; at most 50. */
export function jsonIssues(value: unknown, path: readonly PropertyKey[] = []): readonly Issue[] {
  if (isJson(value)) return [];
  const issues: Issue[] = [];
  collect(value, path, [], issues);
  return issues;
}

/**
 * Checks data that leaves the process.
 *
 * @throws InvalidMessageError that names each field that JSON cannot represent.
 */
export function assertJson(messageType: string, data: object): void {
  if (isData(data as Readonly<Record<string, unknown>>)) return;
  const fields = Object.entries(data).filter(([, value]) => value !== undefined);
  const issues = fields.flatMap(([name, value]) => jsonIssues(value, [name]));
  if (issues.length > 0) throw new InvalidMessageError(messageType, issues.slice(0, mostIssues));
}

function isData(data: Readonly<Record<string, unknown>>): boolean {
  for (const name of Object.keys(data)) {
    const value = data[name];
    if (value !== undefined && !isJson(value)) return false;
  }
  return true;
}

function isJsonAt(value: unknown, depth: number): boolean {
  if (isScalar(value)) return true;
  if (typeof value !== 'object' || value === null || depth >= deepest) return value === null;
  return Array.isArray(value) ? isJsonArray(value, depth + 1) : isJsonObject(value, depth + 1);
}

/** Not by `every`, which skips the holes of a sparse array: JSON fills them with null. */
function isJsonArray(value: readonly unknown[], depth: number): boolean {
  for (const entry of value) {
    if (!isScalar(entry) && !isJsonAt(entry, depth)) return false;
  }
  return isPlainArray(value) && !replacesItself(value);
}

function isJsonObject(value: object, depth: number): boolean {
  for (const name in value) {
    const field = (value as Readonly<Record<string, unknown>>)[name];
    if (!isScalar(field) && field !== undefined && !isJsonAt(field, depth)) return false;
  }
  return isPlainObject(value) && !replacesItself(value);
}

/** Whether JSON would call a method for another value: it does so even if no loop sees the method. */
function replacesItself(value: object): boolean {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === 'function';
}

/** Whether a value is a text, a finite number or a boolean. Asked first, because nearly all values are. */
export function isScalar(value: unknown): boolean {
  return (
    typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) || typeof value === 'boolean'
  );
}

function collect(value: unknown, path: readonly PropertyKey[], above: readonly unknown[], issues: Issue[]): void {
  if (issues.length >= mostIssues || isJsonAt(value, above.length)) return;
  const problem = problemOf(value, above);
  if (problem !== undefined) {
    issues.push({ message: problem, path: path.slice(0, longestPath) });
    return;
  }
  for (const [name, part] of partsOf(value as object)) collect(part, [...path, name], [...above, value], issues);
}

/** What is wrong with a value itself; `undefined` where only its parts can be wrong. */
function problemOf(value: unknown, above: readonly unknown[]): string | undefined {
  const hasParts = typeof value === 'object' && value !== null && (isPlainArray(value) || isPlainObject(value));
  if (!hasParts) return `is ${describeValue(value)}, which JSON cannot represent`;
  if (replacesItself(value)) return 'has a method `toJSON`, which would replace it';
  if (above.includes(value)) return 'contains itself';
  return above.length >= deepest ? `is more than ${deepest} levels deep` : undefined;
}

function partsOf(value: object): (readonly [PropertyKey, unknown])[] {
  if (isPlainArray(value)) return Array.from(value, (part, at) => [at, part] as const);
  return Object.entries(value).filter(([, part]) => part !== undefined);
}
