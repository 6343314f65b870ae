import { describeValue } from '../errors/describe.js';
import { nonJsonParts } from './non-json.js';
import { isSchema } from './schema.js';

/** What is wrong with a schema in a declaration, one text per problem. No schema is no problem. */
export function schemaProblems(name: string, schema: unknown, mustBeJson: boolean): string[] {
  if (schema === undefined) return [];
  if (!isSchema(schema)) {
    return [`\`${name}\` is ${describeValue(schema)}, but must be a Standard Schema, such as \`z.object({ … })\``];
  }
  if (!mustBeJson) return [];
  return nonJsonParts(schema).map(({ path, what }) => {
    const part = path === '' ? name : `${name}.${path}`;
    return `\`${part}\` is ${what}, which JSON cannot represent; declare it as text or a number`;
  });
}
