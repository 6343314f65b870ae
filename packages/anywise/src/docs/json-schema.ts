import { checkOptions, fields, type OptionChecks } from '../core/errors/options.js';
import { errorText } from '../core/errors/thrown.js';
import type { StandardSchema, Typed } from '../core/message/schema.js';

/** A JSON Schema of draft 2020-12, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The side of a schema: what a reader takes, or what a writer emits. */
export type SchemaSide = 'input' | 'output';

/** Options of {@link jsonSchemaOf}, and of the documents that are made with it. */
export interface JsonSchemaOptions {
  /**
   * Functions that turn schemas into JSON Schema, by the name of the schema library, for libraries that cannot do it
   * themselves: `{ valibot: toJsonSchema }`.
   *
   * @defaultValue none: the schema is asked for it
   */
  readonly converters?: Readonly<Record<string, (schema: never) => object>>;
}

/** A schema as JSON Schema, and what of it JSON Schema cannot say. */
export interface SeenSchema {
  readonly schema: JsonSchema;
  /** Sentences, one for each thing that is missing from `schema`. */
  readonly lost: readonly string[];
}

/**
 * Returns a schema as JSON Schema, by Standard JSON Schema. A library that does not offer it gives `{}`, which fits
 * everything, and says so in `lost`. What a function checks, such as a refinement, is missing without a word, and so is
 * all that arktype cannot write.
 *
 * @param side `input` is what a reader takes, `output` what a writer emits: they differ where the schema has defaults.
 * @throws SetupError that names every option that is wrong.
 */
export function jsonSchemaOf(
  schema: Typed<unknown, unknown>,
  side: SchemaSide,
  options: JsonSchemaOptions = {},
): SeenSchema {
  checkOptions('`jsonSchemaOf()`', options, jsonSchemaOptionChecks);
  return seeSchema(schema, side, options);
}

export const jsonSchemaOptionChecks: OptionChecks<JsonSchemaOptions> = { converters: fields() };

/** The same, where the options have been checked. */
export function seeSchema(schema: Typed<unknown, unknown>, side: SchemaSide, options: JsonSchemaOptions): SeenSchema {
  const standard = (schema as StandardSchema)['~standard'];
  const convert = options.converters?.[standard.vendor];
  const attempts: (() => object)[] = [];
  if (convert !== undefined) attempts.push(() => convert(schema as never));
  const { jsonSchema } = standard;
  if (jsonSchema !== undefined) {
    attempts.push(() => jsonSchema[side]({ target }));
    attempts.push(() => jsonSchema[side]({ target, libraryOptions: lenient }));
  }
  const lost: string[] = [];
  for (const attempt of attempts) {
    try {
      return { schema: tidy(attempt()), lost };
    } catch (error) {
      // The second attempt of a library fails for the same reason as its first.
      const reason = firstSentence(errorText(error));
      if (!lost.includes(reason)) lost.push(reason);
    }
  }
  if (attempts.length === 0) lost.push(noJsonSchema(standard.vendor));
  return { schema: {}, lost };
}

const target = 'draft-2020-12';

/** Asks zod for `{}` in place of what JSON Schema cannot say. arktype gives that by itself. */
const lenient = { unrepresentable: 'any' };

function noJsonSchema(vendor: string): string {
  if (vendor === 'anywise') return '`type()` checks nothing, so nothing is known of the data; use a schema library';
  return `\`${vendor}\` gives no JSON Schema; wrap the schema (valibot: \`toStandardJsonSchema\`), or pass a converter`;
}

/** Without the dialect, and with a name for the schema that refers to itself, so that it can be put into another. */
function tidy(schema: object): JsonSchema {
  const { $schema: _dialect, $defs, ...rest } = schema as JsonSchema;
  const defs = $defs as JsonSchema | undefined;
  if (!refersToRoot(rest) && !refersToRoot(defs)) return { ...rest, ...(defs !== undefined && { $defs: defs }) };
  const name = freeName('Itself', defs ?? {});
  const here = { $ref: `#/$defs/${name}` };
  const pointed = (value: unknown) => mapRefs(value, (ref) => (ref === '#' ? here.$ref : ref));
  return { ...here, $defs: { ...(pointed(defs ?? {}) as object), [name]: pointed(rest) } };
}

function refersToRoot(value: unknown): boolean {
  let found = false;
  mapRefs(value, (ref) => {
    found ||= ref === '#';
    return ref;
  });
  return found;
}

/** A copy in which every `$ref` is what `change` makes of it. Names of fields and data, as in `enum`, stay as they are. */
export function mapRefs(value: unknown, change: (ref: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapRefs(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return mapEntries(value, (item, key) => {
    if (key === '$ref' && typeof item === 'string') return change(item);
    if (holdsData.has(key)) return item;
    return holdsNames.has(key) && isRecord(item)
      ? mapEntries(item, (one) => mapRefs(one, change))
      : mapRefs(item, change);
  });
}

const holdsData = new Set(['enum', 'const', 'default', 'examples']);
const holdsNames = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs']);

function mapEntries(value: object, change: (item: unknown, key: string) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, item]: [string, unknown]) => [key, change(item, key)]));
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name that is not taken: the wished one, or with the first number that is free. */
export function freeName(wished: string, taken: object): string {
  if (!Object.hasOwn(taken, wished)) return wished;
  let number = 2;
  while (Object.hasOwn(taken, `${wished}${number}`)) number += 1;
  return `${wished}${number}`;
}

function firstSentence(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
