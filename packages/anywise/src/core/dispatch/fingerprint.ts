import { createHash, randomUUID } from 'node:crypto';
import { types } from 'node:util';
import { isPlainObject } from '../errors/describe.js';
import { declarationOf } from '../message/message.js';

/**
 * Tells whether two values are the same data. The order of fields makes no difference. Values that have the same JSON, such
 * as a `Set`, a `Map` and an empty object, are told apart.
 */
export function fingerprintOf(value: unknown): string {
  return createHash('sha256').update(canonical(value, [])).digest('hex');
}

function canonical(value: unknown, parents: readonly unknown[]): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return scalar(value);
  if (parents.includes(value)) return 'cycle';
  const within = [...parents, value];
  const each = (values: Iterable<unknown>): string[] => Array.from(values, (part) => canonical(part, within));
  if (Array.isArray(value)) return `[${each(value).join()}]`;
  if (types.isDate(value)) return `date:${value.getTime()}`;
  if (types.isSet(value)) return `set:[${each(value).sort().join()}]`;
  if (types.isMap(value)) return `map:[${each(value.entries()).sort().join()}]`;
  if (ArrayBuffer.isView(value)) {
    return `bytes:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`;
  }
  // A message that was made without data is an empty object.
  if (isPlainObject(value) || declarationOf(value) !== undefined) return canonicalFields(value, within);
  return canonicalInstance(value, within);
}

function canonicalFields(value: object, within: readonly unknown[]): string {
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${fields
    .map(([name, part]) => `${JSON.stringify(name)}:${canonical(part, within)}`)
    .sort()
    .join()}}`;
}

/** What an instance of a class says of itself. One that says nothing, such as a `File`, is like no other. */
function canonicalInstance(value: object, within: readonly unknown[]): string {
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (types.isAnyArrayBuffer(value)) return `bytes:${Buffer.from(value).toString('base64')}`;
  if (typeof toJSON === 'function') return `${classOf(value)}:${canonical(toJSON.call(value), within)}`;
  const fields = canonicalFields(value, within);
  if (types.isNativeError(value) || types.isRegExp(value) || types.isBoxedPrimitive(value)) {
    return `${classOf(value)}:${JSON.stringify(String(value))}${fields}`;
  }
  return fields === '{}' ? randomUUID() : fields;
}

function classOf(value: object): string {
  return Object.prototype.toString.call(value);
}

function scalar(value: unknown): string {
  return typeof value === 'bigint' ? `bigint:${value}` : String(value);
}
