import { textOf, type Schema } from './schema.js';

/** A schema in a few words: `integer, at least 1`. */
export function wordsOf(schema: unknown): string {
  if (schema === true) return 'anything';
  if (schema === false) return 'nothing';
  const given = schema as Schema;
  if (Object.keys(given).length === 0) return 'anything';
  if ('const' in given) return textOf(given.const);
  if (Array.isArray(given.enum)) return `one of ${listOf(given.enum)}`;
  const union = branchesOf(given);
  if (union !== undefined) return union.map(wordsOf).join(' or ');
  const type = typeof given.type === 'string' ? (names[given.type] ?? given.type) : 'something';
  const limits = Object.entries(given).flatMap(([key, value]) => limitWords[key]?.(value) ?? []);
  return [type, ...limits].join(', ');
}

/** The alternatives of a schema that is a union. */
export function branchesOf(schema: Schema): readonly Schema[] | undefined {
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches)) return branches as Schema[];
  return Array.isArray(schema.type) ? schema.type.map((type: unknown) => ({ ...schema, type })) : undefined;
}

/** Values as text, the first few of them. */
export function listOf(values: readonly unknown[], most = 5): string {
  const shown = values.slice(0, most).map(textOf).join(', ');
  return values.length > most ? `${shown} … (${values.length})` : shown;
}

const names: Readonly<Record<string, string>> = { string: 'text', integer: 'whole number' };

const safe = Number.MAX_SAFE_INTEGER;

const limitWords: Readonly<Record<string, (value: unknown) => string[]>> = {
  // What every whole number of JavaScript keeps needs no words.
  minimum: (value) => (value === -safe ? [] : [`at least ${String(value)}`]),
  maximum: (value) => (value === safe ? [] : [`at most ${String(value)}`]),
  exclusiveMinimum: (value) => [`more than ${String(value)}`],
  exclusiveMaximum: (value) => [`less than ${String(value)}`],
  multipleOf: (value) => [`a multiple of ${String(value)}`],
  minLength: (value) => [`at least ${String(value)} long`],
  maxLength: (value) => [`at most ${String(value)} long`],
  minItems: (value) => [`at least ${String(value)} items`],
  maxItems: (value) => [`at most ${String(value)} items`],
  uniqueItems: () => ['each item once'],
  format: (value) => [`in the format ${textOf(value)}`],
  pattern: (value) => [`matching /${shortened(String(value))}/`],
};

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
