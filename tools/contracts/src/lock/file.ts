import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { emptyLock, type Lock } from './lock.js';
import { textOf } from './schema.js';

/** The name of the file, in the root of a workspace. */
export const lockName = 'contracts.lock.json';

const about = 'Written by `pnpm contracts:accept`. What others rely on: see docs/how-to/change-a-contract.md.';
const format = 1;

/** @throws Error if the file is not one that this version can read. */
export function readLock(file: string): Lock {
  if (!existsSync(file)) return emptyLock;
  const { lock, shared = {}, ...rest } = parse(file);
  if (lock !== format) throw new Error(`${file} has the format ${String(lock)}, but this version reads ${format}.`);
  return expand(rest, shared) as Lock;
}

interface File extends Lock {
  readonly lock: unknown;
  /** Schemas that occur more than once, by where they occur first. */
  readonly shared?: Readonly<Record<string, unknown>>;
}

function parse(file: string): File {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as File;
  } catch (cause) {
    throw new Error(
      `${file} is not valid JSON. If it has conflicts, take either side and run \`pnpm contracts:accept\`.`,
      {
        cause,
      },
    );
  }
}

export function writeLock(file: string, lock: Lock): void {
  writeFileSync(file, textOfLock(lock));
}

/** The text of the file: what repeats is written once, and each field has a line, so that a change can be reviewed. */
export function textOfLock({ messages, routes, accepted }: Lock): string {
  const shared = repeated({ messages, routes });
  const shrunk = { about, lock: format, messages, routes, accepted };
  const text = shrink(shrunk, shared) as object;
  const definitions = [...shared].map(([content, name]) => [name, shrinkInside(JSON.parse(content), shared)] as const);
  return `${layOut({ ...text, ...(definitions.length > 0 && { shared: Object.fromEntries(definitions) }) }, '')}\n`;
}

/** How long a schema must be to be written once only. */
const worthSharing = 120;

/** The long schemas that occur more than once, by their text, with a name for each: where it occurs first. */
function repeated(value: unknown): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  const count = (item: unknown, path: readonly string[]): void => {
    if (typeof item !== 'object' || item === null) return;
    if (isSchema(item)) {
      const text = textOf(item);
      const before = counts.get(text) ?? 0;
      if (text.length >= worthSharing) counts.set(text, before + 1);
      // What is inside of a repeated schema is written with it, once.
      if (before > 0) return;
      names.set(text, path.filter((part) => !structure.has(part)).join(' '));
    }
    for (const [key, inner] of Object.entries(item)) count(inner, [...path, key]);
  };
  count(value, []);
  const texts = [...counts].filter(([, number]) => number > 1).map(([text]) => text);
  return new Map(texts.map((text) => [text, names.get(text) ?? text]));
}

/** Keys that say nothing of where something is. */
const structure = new Set(['messages', 'versions', 'written', 'properties', 'anyOf', 'oneOf', '0']);

function isSchema(item: object): boolean {
  return 'type' in item && typeof item.type === 'string' && !('$defs' in item);
}

function shrink(value: unknown, shared: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const name = isSchema(value) ? shared.get(textOf(value)) : undefined;
  return name === undefined ? shrinkInside(value, shared) : { shared: name };
}

function shrinkInside(value: unknown, shared: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => shrink(item, shared));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]: [string, unknown]) => [key, shrink(item, shared)]));
}

function expand(value: unknown, shared: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((item) => expand(item, shared));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'shared' && typeof only[1] === 'string') {
    return expand(shared[only[1]], shared);
  }
  return Object.fromEntries(entries.map(([key, item]: [string, unknown]) => [key, expand(item, shared)]));
}

const widest = 110;

/** JSON with what is short on one line, as Prettier would leave it, and long lists of values wrapped. */
function layOut(value: unknown, indent: string): string {
  const flat = oneLine(value);
  if (typeof value !== 'object' || value === null || (flat.length + indent.length <= widest && indent.length > 2))
    return flat;
  const inner = `${indent}  `;
  if (!Array.isArray(value)) {
    const fields = Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${layOut(item, inner)}`);
    return fields.length === 0 ? '{}' : `{\n${fields.join(',\n')}\n${indent}}`;
  }
  if (value.length === 0) return '[]';
  const lines = value.every(isScalar) ? filled(value, inner) : value.map((item) => inner + layOut(item, inner));
  return `[\n${lines.join(',\n')}\n${indent}]`;
}

/** Values in lines as long as they may be. */
function filled(values: readonly unknown[], indent: string): string[] {
  const lines: string[] = [];
  for (const value of values.map(oneLine)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + value.length + 2 <= widest) lines[lines.length - 1] = `${last}, ${value}`;
    else lines.push(indent + value);
  }
  return lines;
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
