import type { Schema } from './schema.js';
import { branchesOf } from './words.js';
import { nameIn } from './schema.js';

/**
 * What an event's `entityId` is made of, as a text such as `{orderId}`: it is asked about data whose fields each hold their
 * own name. A function that needs real data is known by its source instead.
 */
export function entityIdOf(entityId: (data: never) => unknown, data: Schema): string {
  try {
    const id = entityId(named(data, '', data, 0) as never);
    if (typeof id === 'string' && id !== '') return id;
  } catch {
    // It reads what is not there, or computes with it.
  }
  return Function.prototype.toString.call(entityId).replaceAll(/\s+/g, ' ');
}

const deepest = 5;

function named(schema: Schema, path: string, root: Schema, level: number): unknown {
  if (typeof schema.$ref === 'string') {
    const definitions = (root.$defs ?? {}) as Readonly<Record<string, Schema>>;
    const definition = definitions[nameIn(schema.$ref) ?? ''];
    return definition === undefined || level > deepest ? `{${path}}` : named(definition, path, root, level + 1);
  }
  const [first] = branchesOf(schema)?.filter(({ type }) => type !== 'null') ?? [];
  if (first !== undefined) return named(first, path, root, level);
  if (schema.type === 'array') return [named((schema.items ?? {}) as Schema, `${path}[]`, root, level + 1)];
  if (schema.type !== 'object' || level > deepest) return `{${path}}`;
  const fields = Object.entries((schema.properties ?? {}) as Readonly<Record<string, Schema>>);
  return Object.fromEntries(
    fields.map(([name, field]) => [name, named(field, path === '' ? name : `${path}.${name}`, root, level + 1)]),
  );
}
