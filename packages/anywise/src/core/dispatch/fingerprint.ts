import { createHash } from 'node:crypto';

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
  if (value instanceof Date) return `date:${value.getTime()}`;
  if (value instanceof Set) return `set:[${each(value).sort().join()}]`;
  if (value instanceof Map) return `map:[${each(value.entries()).sort().join()}]`;
  if (ArrayBuffer.isView(value)) {
    return `bytes:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`;
  }
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${fields
    .map(([name, part]) => `${JSON.stringify(name)}:${canonical(part, within)}`)
    .sort()
    .join()}}`;
}

function scalar(value: unknown): string {
  return typeof value === 'bigint' ? `bigint:${value}` : String(value);
}
