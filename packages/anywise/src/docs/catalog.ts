import { checkOptions } from '../core/errors/options.js';
import type { Wired, WiredListener } from '../core/bus/inspect.js';
import { sliceOf, type MessageClass, type MessageKind } from '../core/message/message.js';
import type { StandardSchema } from '../core/message/schema.js';
import { exampleOf } from './example.js';
import { jsonSchemaOptionChecks, seeSchema, type JsonSchema, type JsonSchemaOptions } from './json-schema.js';
import { objectSchemaOf, resolved } from './object-schema.js';
import { allMade, type MadeMessage } from './made.js';
import type { ServiceFacts } from './service-facts.js';

/** One field of a schema, as a row of a table. */
export interface CatalogField {
  /** With the fields above it, such as `lines[].price`. */
  readonly name: string;
  /** Its type and limits in words, such as `integer, more than 0`. */
  readonly type: string;
  readonly isRequired: boolean;
  /** @defaultValue none */
  readonly description?: string;
}

/** A schema, for people and for programs. */
export interface CatalogSchema {
  readonly schema: JsonSchema;
  readonly fields: readonly CatalogField[];
  /** Data that fits it. Absent where none could be made. */
  readonly example?: unknown;
  /** What the schema cannot say, as sentences. */
  readonly lost: readonly string[];
}

/** One message, and all that is known about it. Plain data. */
export interface CatalogMessage {
  readonly type: string;
  /** The name of its class. */
  readonly name: string;
  readonly kind: MessageKind;
  readonly version: number;
  /** The older versions that `upcast` still reads. */
  readonly readsVersions: readonly number[];
  /** The slice that owns it. */
  readonly slice: string;
  readonly summary?: string;
  readonly data: CatalogSchema;
  /** Absent if it has none. */
  readonly reply?: CatalogSchema;
  readonly errors: readonly (CatalogSchema & { readonly type: string })[];
  readonly handlers: readonly (Wired & { readonly service: string })[];
  readonly listeners: readonly (WiredListener & { readonly service: string })[];
  /** The read models that it is taken into. */
  readonly projections: readonly { readonly service: string; readonly name: string; readonly version: number }[];
  /** The code that publishes, enqueues or sends it. */
  readonly makers: readonly (Omit<MadeMessage, 'type'> & { readonly service: string })[];
  readonly routes: readonly { readonly service: string; readonly method: string; readonly path: string }[];
}

/**
 * Returns every message that the services know, sorted by wire name, with its schemas, examples, handlers, listeners, makers
 * and routes.
 *
 * @throws SetupError that names every option that is wrong.
 */
export function catalog(services: readonly ServiceFacts[], options: JsonSchemaOptions = {}): readonly CatalogMessage[] {
  checkOptions('`catalog()`', options, jsonSchemaOptionChecks);
  const classes = new Map(services.flatMap(({ contracts }) => contracts.flatMap(({ messages }) => [...messages])));
  const sorted = [...classes.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
  return sorted.map((message) => entryOf(message, services, options));
}

function entryOf(message: MessageClass, services: readonly ServiceFacts[], options: JsonSchemaOptions): CatalogMessage {
  const { type, name, kind, version, summary, data, reply, errors = [], upcast = {} } = message;
  const of = <Row>(rows: (facts: ServiceFacts) => readonly Row[]): (Row & { readonly service: string })[] =>
    services.flatMap((facts) => rows(facts).map((row) => ({ service: facts.description.name, ...row })));
  const wired = ({ description }: ServiceFacts) => description.messages.filter((each) => each.type === type);
  return {
    type,
    name,
    kind,
    version,
    readsVersions: Object.keys(upcast).map(Number),
    slice: sliceOf(type),
    ...(summary !== undefined && { summary }),
    data: schemaOf(data, kind === 'event' ? 'output' : 'input', options),
    ...(reply !== undefined && { reply: schemaOf(reply, 'output', options) }),
    errors: errors.map((error) => ({ type: error.type, ...schemaOf(error.schema, 'output', options) })),
    handlers: of((facts) => wired(facts).flatMap(({ handler }) => (handler === undefined ? [] : [handler]))),
    listeners: of((facts) => wired(facts).flatMap(({ listeners }) => listeners)),
    projections: of(({ description }) =>
      description.projections.flatMap(({ name: model, version: of_, events }) =>
        events.includes(type) ? [{ name: model, version: of_ }] : [],
      ),
    ),
    makers: of((facts) => allMade(facts).flatMap(({ type: made_, ...rest }) => (made_ === type ? [rest] : []))),
    routes: of(({ routes = [] }) =>
      routes.flatMap(({ method, path, message: sent }) =>
        sent.type === type ? [{ method: method.toUpperCase(), path }] : [],
      ),
    ),
  };
}

function schemaOf(
  schema: StandardSchema | undefined,
  side: 'input' | 'output',
  options: JsonSchemaOptions,
): CatalogSchema {
  if (schema === undefined) return { schema: { type: 'object' }, fields: [], example: {}, lost: [] };
  const { schema: json, lost } = seeSchema(schema, side, options);
  const example = exampleOf(schema, json);
  return { schema: json, fields: fieldsOf(json, json.$defs, '', 0), ...(example !== undefined && { example }), lost };
}

const deepest = 4;

function fieldsOf(given: JsonSchema, definitions: unknown, prefix: string, level: number): CatalogField[] {
  const schema = resolved(given, definitions);
  const branches = (schema.anyOf ?? schema.oneOf) as readonly JsonSchema[] | undefined;
  if (branches !== undefined) {
    const all = branches.flatMap((branch) => fieldsOf(branch, definitions, prefix, level));
    return [...new Map(all.map((field) => [field.name, field])).values()];
  }
  const { fields, required } = objectSchemaOf(schema);
  return Object.entries(fields).flatMap(([key, field]) => {
    const seen = resolved(field, definitions);
    const name = prefix + key;
    const { description } = seen;
    const row = {
      name,
      type: wordsOf(field, definitions),
      isRequired: required.includes(key),
      ...(typeof description === 'string' && { description }),
    };
    if (level >= deepest) return [row];
    const items = typeof seen.items === 'object' && seen.items !== null ? (seen.items as JsonSchema) : undefined;
    const inner = items ?? seen;
    return [row, ...fieldsOf(inner, definitions, items === undefined ? `${name}.` : `${name}[].`, level + 1)];
  });
}

/** A schema in a few words. */
function wordsOf(given: JsonSchema, definitions: unknown): string {
  const schema = resolved(given, definitions);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return oneOf(schema.enum);
  const branches = (schema.anyOf ?? schema.oneOf) as readonly JsonSchema[] | undefined;
  if (branches !== undefined) return branches.map((branch) => wordsOf(branch, definitions)).join(' or ');
  const type: unknown = Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type;
  if (type === 'array') {
    const items = schema.items as JsonSchema | boolean | undefined;
    return typeof items !== 'object' ? 'array' : `array of ${wordsOf(items, definitions)}`;
  }
  const limits = Object.entries(schema).flatMap(([key, value]) =>
    key in words ? [`${words[key] ?? key} ${String(value)}`] : [],
  );
  return [typeof type === 'string' ? type : 'anything', ...limits].join(', ');
}

function oneOf(values: readonly unknown[]): string {
  const shown = values
    .slice(0, 10)
    .map((value) => JSON.stringify(value))
    .join(', ');
  return values.length > 10 ? `one of ${shown} … (${values.length})` : `one of ${shown}`;
}

const words: Readonly<Record<string, string>> = {
  minimum: 'at least',
  maximum: 'at most',
  exclusiveMinimum: 'more than',
  exclusiveMaximum: 'less than',
  multipleOf: 'a multiple of',
  minLength: 'at least this long:',
  maxLength: 'at most this long:',
  format: 'format',
  pattern: 'pattern',
};
