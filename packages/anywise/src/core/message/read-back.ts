import { isPlainObject } from '../errors/describe.js';
import { isSameData } from './same-data.js';
import { validate, type StandardSchema } from './schema.js';

/**
 * Validates data that went through its schema before it was sent. The receiver gets exactly what was sent, even if the
 * schema changes everything it validates, for example by adding a prefix: then only missing data, such as a new field with a
 * default, is taken from the schema's output.
 *
 * @throws InvalidMessageError that names each failing field.
 */
export function readBack(name: string, schema: StandardSchema<unknown, object>, data: unknown): object {
  const output = validate(name, schema, data);
  if (isSameData(output, data) || isStable(schema, output)) return output;
  return withDefaultsOf(output, data) as object;
}

/** Whether a schema leaves its own output as it is. */
function isStable(schema: StandardSchema<unknown, object>, output: object): boolean {
  const again = schema['~standard'].validate(output);
  return 'value' in again && isSameData(again.value, output);
}

function withDefaultsOf(output: unknown, data: unknown): unknown {
  if (!isFields(output) || !isFields(data)) return data;
  const names = Object.keys(output);
  return Object.fromEntries(
    names.map((name) => [name, Object.hasOwn(data, name) ? withDefaultsOf(output[name], data[name]) : output[name]]),
  );
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && isPlainObject(value);
}
