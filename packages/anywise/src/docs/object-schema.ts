import type { JsonSchema } from './json-schema.js';

/** A schema of an object, taken apart. */
export interface ObjectSchema {
  readonly fields: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  /** Whether fields say everything: not where the data is a union, or may have any fields. */
  readonly isPlain: boolean;
}

/** The fields of a schema, through a reference to its own definitions. */
export function objectSchemaOf(schema: JsonSchema): ObjectSchema {
  const { properties, required = [], type } = resolved(schema);
  const fields = (properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  return { fields, required: required as readonly string[], isPlain: type === 'object' && properties !== undefined };
}

/** What a schema refers to, if it is only a reference to one of its definitions. */
export function resolved(schema: JsonSchema, definitions: unknown = schema.$defs): JsonSchema {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  const name = /^#\/\$defs\/(.+)$/.exec($ref)?.[1];
  const definition =
    name === undefined ? undefined : (Object(definitions) as Readonly<Record<string, JsonSchema>>)[name];
  return definition ?? schema;
}

/** Whether `null` fits a schema. */
export function isNullable(schema: JsonSchema): boolean {
  const { type, anyOf, oneOf, const: constant } = resolved(schema);
  if (type === 'null' || (Array.isArray(type) && type.includes('null')) || constant === null) return true;
  const branches = [anyOf, oneOf].filter(Array.isArray).flat() as JsonSchema[];
  return branches.some((branch) => isNullable(branch));
}
