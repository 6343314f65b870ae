import type { StandardSchema } from '../core/message/schema.js';
import type { JsonSchema } from './json-schema.js';
import { resolved } from './object-schema.js';

/**
 * An example of data, the same each time, made from its JSON Schema. `undefined` where the schema itself refuses what was
 * made, as it may for a pattern or a rule that JSON Schema cannot say.
 */
export function exampleOf(schema: StandardSchema | undefined, json: JsonSchema): unknown {
  const example = make(json, json.$defs, 'text', 0);
  if (schema === undefined || example === undefined) return example;
  const result = schema['~standard'].validate(structuredClone(example));
  // Only a schema that answers at once can be used for a message.
  return 'then' in result || result.issues !== undefined ? undefined : example;
}

/** How deep an example of something that contains itself goes. */
const deepest = 6;

function make(given: JsonSchema, definitions: unknown, name: string, level: number): unknown {
  const schema = resolved(given, definitions);
  const shown = shownBy(schema);
  if (shown !== undefined || level > deepest) return shown;
  const parts = [schema.anyOf, schema.oneOf, schema.allOf].find(Array.isArray) as readonly JsonSchema[] | undefined;
  if (Array.isArray(schema.allOf) && parts === schema.allOf) {
    return Object.assign(
      {},
      ...schema.allOf.map((part: JsonSchema) => make(part, definitions, name, level + 1) as object),
    ) as object;
  }
  if (parts !== undefined) {
    const [first] = parts.filter(({ type }) => type !== 'null');
    return first === undefined ? null : make(first, definitions, name, level);
  }
  const type: unknown = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') return objectOf(schema, definitions, level);
  if (type === 'array') return arrayOf(schema, definitions, name, level);
  if (type === 'integer' || type === 'number') return numberOf(schema);
  if (type === 'boolean') return true;
  return type === 'null' ? null : textOf(schema, name);
}

/** What the schema itself says that it may be. */
function shownBy({ const: constant, enum: values, examples, default: fallback }: JsonSchema): unknown {
  const first = (list: unknown): unknown => (Array.isArray(list) ? (list as readonly unknown[])[0] : undefined);
  return constant ?? first(examples) ?? fallback ?? first(values);
}

function objectOf({ properties = {}, required = [] }: JsonSchema, definitions: unknown, level: number): object {
  const entries = Object.entries(properties as Readonly<Record<string, JsonSchema>>).flatMap(([name, field]) => {
    const value = make(field, definitions, name, level + 1);
    const isNeeded = (required as readonly string[]).includes(name);
    return value === undefined || (!isNeeded && level > 1) ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

function arrayOf(
  { items, prefixItems, minItems = 1 }: JsonSchema,
  definitions: unknown,
  name: string,
  level: number,
): unknown[] {
  const item = (schema: unknown): unknown => make(Object(schema) as JsonSchema, definitions, name, level + 1);
  if (Array.isArray(prefixItems)) return prefixItems.map(item);
  const value = items === false ? undefined : item(items);
  return value === undefined ? [] : Array.from({ length: Math.min(Math.max(1, Number(minItems)), 10) }, () => value);
}

function numberOf({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf, type }: JsonSchema): number {
  const step = typeof multipleOf === 'number' ? multipleOf : 1;
  const low = largest([minimum, typeof exclusiveMinimum === 'number' ? exclusiveMinimum + step : undefined]);
  const high = smallest([maximum, typeof exclusiveMaximum === 'number' ? exclusiveMaximum - step : undefined]);
  const wished = Math.min(Math.max(step, low), high);
  const whole = type === 'integer' ? Math.ceil(wished) : wished;
  return Math.ceil(whole / step) * step;
}

function largest(values: readonly unknown[]): number {
  return Math.max(-Infinity, ...values.filter((value) => typeof value === 'number'));
}

function smallest(values: readonly unknown[]): number {
  return Math.min(Infinity, ...values.filter((value) => typeof value === 'number'));
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00',
  duration: 'PT1H',
  email: 'ada@example.org',
  uri: 'https://example.org/',
  'uri-reference': '/example',
  uuid: '018d5c3a-7b1e-7c00-8000-000000000001',
  hostname: 'example.org',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
};

function textOf({ format, minLength = 0, maxLength = Infinity }: JsonSchema, name: string): string {
  const known = typeof format === 'string' ? formats[format] : undefined;
  if (known !== undefined) return known;
  return name.padEnd(Number(minLength), '.').slice(0, Number(maxLength));
}
