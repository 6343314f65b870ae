import type { StandardSchema } from './schema.js';

/** A part of a schema with values that JSON cannot represent. */
export interface NonJsonPart {
  /** As `address.since`; empty for the whole value. */
  readonly path: string;
  /** The kind of its values: `a Date`. */
  readonly what: string;
}

/**
 * The parts of a schema that it describes as dates, bigints, maps and the like. Zod, Valibot and ArkType describe their
 * schemas as plain data, which is read here without validating anything. Other schemas are only checked when a message is
 * made.
 */
export function nonJsonParts(schema: StandardSchema): readonly NonJsonPart[] {
  const { vendor } = schema['~standard'];
  const read = readers[vendor];
  if (read === undefined) return [];
  try {
    return partsBelow(vendor === 'arktype' ? (schema as unknown as ArkType).out.json : schema, read);
  } catch {
    // A description may still be incomplete, such as that of a schema that refers to a later one.
    return [];
  }
}

/** One level of a schema's description. */
interface Level {
  /** The library's name for the kind of values. */
  readonly name?: unknown;
  /** The fields of an object. */
  readonly fields?: readonly (readonly [name: string, node: unknown])[];
  /** The other parts of its values, such as the entries of a list. */
  readonly parts?: readonly unknown[];
}

const descriptions = new Map<unknown, string>([
  ['bigint', 'a bigint'],
  ['blob', 'a Blob'],
  ['date', 'a Date'],
  ['file', 'a File'],
  ['function', 'a function'],
  ['map', 'a Map'],
  ['nan', 'NaN'],
  ['promise', 'a Promise'],
  ['set', 'a Set'],
  ['symbol', 'a symbol'],
]);

function partsBelow(root: unknown, read: (node: never) => Level): NonJsonPart[] {
  const seen = new Set<unknown>();
  const visit = (node: unknown, path: readonly string[]): NonJsonPart[] => {
    if (typeof node === 'object' && seen.has(node)) return [];
    seen.add(node);
    if (node === undefined || node === null) return [];
    const { name, fields = [], parts = [] } = read(node as never);
    const what = descriptions.get(typeof name === 'string' ? name.toLowerCase() : undefined);
    if (what !== undefined) return [{ path: path.join('.'), what }];
    return [
      ...fields.flatMap(([field, below]) => visit(below, [...path, field])),
      ...parts.flatMap((part) => visit(part, path)),
    ];
  };
  return visit(root, []);
}

const readers: Readonly<Record<string, (node: never) => Level>> = {
  zod: readZod,
  valibot: readValibot,
  arktype: readArkType,
};

/** https://zod.dev/library-authors */
interface Zod {
  readonly _zod: { readonly def: Readonly<Record<string, unknown>> & { readonly type: string } };
}

function readZod({ _zod: { def } }: Zod): Level {
  // Only the output counts, and the result of a transform function is not described.
  if (def.type === 'pipe') return { parts: [def.out] };
  const { element, innerType, left, right, valueType, rest } = def;
  return {
    name: def.type,
    fields: Object.entries(def.shape ?? {}),
    parts: [element, innerType, left, right, valueType, rest, ...list(def.options), ...list(def.items)],
  };
}

/** https://valibot.dev/guides/mental-model/ */
interface Valibot {
  readonly type: string;
  readonly pipe?: readonly { readonly kind: string }[];
  readonly [part: string]: unknown;
}

function readValibot(schema: Valibot): Level {
  if (schema.pipe?.some(({ kind }) => kind === 'transformation') === true) return {};
  const { item, wrapped, value, rest } = schema;
  return {
    name: schema.type,
    fields: Object.entries(schema.entries ?? {}),
    // The options of a picklist are values, not schemas.
    parts: [item, wrapped, value, rest, ...list(schema.options), ...list(schema.items)].filter(isObject),
  };
}

/** https://arktype.io/docs/type-api */
interface ArkType {
  readonly out: { readonly json: unknown };
}

interface ArkField {
  readonly key: string;
  readonly value: unknown;
}

function readArkType(node: string | readonly unknown[] | Readonly<Record<string, unknown>>): Level {
  if (typeof node === 'string') return { name: node };
  if (isList(node)) return { parts: node };
  const { proto, domain, sequence } = node;
  const fields = [...list(node.required), ...list(node.optional)] as ArkField[];
  const indexed = list(node.index) as ArkField[];
  return {
    name: proto ?? domain,
    fields: fields.map(({ key, value }) => [key, value]),
    parts: [
      ...(isObject(sequence) && 'prefix' in sequence ? Object.values(sequence) : [sequence]),
      ...indexed.map(({ value }) => value),
    ],
  };
}

function list(value: unknown): readonly unknown[] {
  return isList(value) ? value : [];
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
