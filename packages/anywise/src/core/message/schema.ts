import { AnywiseError, InvalidMessageError, type Issue } from '../errors/errors.js';

/**
 * The Standard Schema interface (https://standardschema.dev), copied as its authors suggest. Declared here so that no
 * other package appears in the types of a user's contract package.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Checks a value, and returns the schema's output or the issues. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    /** Writes the schema as JSON Schema, in libraries that can: Standard JSON Schema. */
    readonly jsonSchema?: JsonSchemaConverter | undefined;
  };
}

/** The Standard JSON Schema interface: each side of a schema as JSON Schema. Throws for what JSON cannot say. */
export interface JsonSchemaConverter {
  readonly input: (options: JsonSchemaTarget) => Record<string, unknown>;
  readonly output: (options: JsonSchemaTarget) => Record<string, unknown>;
}

/** What a schema library is asked for. */
export interface JsonSchemaTarget {
  readonly target: 'draft-2020-12';
  /** Options of the library itself. */
  readonly libraryOptions?: Record<string, unknown> | undefined;
}

export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly Issue[] };

/**
 * The slimmest type that still infers both sides of a schema. Message factories take this, so that no schema type, only its
 * input and output, reaches the exported types of a contract.
 */
export interface Typed<Input, Output> {
  readonly '~standard': { readonly types?: { readonly input: Input; readonly output: Output } | undefined };
}

/** A schema that checks nothing and only carries a static type, for data that needs no validation. */
export function type<T>(): StandardSchema<T> {
  return { '~standard': { version: 1, vendor: 'anywise', validate: (value) => ({ value: value as T }) } };
}

/** Whether a value is a schema of any library. Some are functions. */
export function isSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  const standard = (value as Partial<StandardSchema>)['~standard'];
  return typeof standard === 'object' && typeof standard.validate === 'function';
}

/**
 * Validates synchronously and returns the schema's output.
 *
 * @throws InvalidMessageError that names each failing field.
 * @throws AnywiseError (`INVALID_CONTRACT`) if the schema is asynchronous.
 */
export function validate<Output>(name: string, schema: StandardSchema<unknown, Output>, value: unknown): Output {
  const result = schema['~standard'].validate(value);
  if ('then' in result) {
    // Nothing awaits it, and an unhandled rejection would end the process.
    result.catch(() => undefined);
    throw new AnywiseError(
      'INVALID_CONTRACT',
      `The schema of \`${name}\` is asynchronous. Use one that validates synchronously, and check the rest in the handler.`,
    );
  }
  if (result.issues !== undefined) throw new InvalidMessageError(name, result.issues);
  return result.value;
}
