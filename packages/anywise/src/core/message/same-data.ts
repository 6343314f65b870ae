import { isPlainObject } from '../errors/describe.js';

/** Whether two values are the same as JSON would have them: fields in any order, and nothing but plain objects and arrays. */
export function isSameData(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      isArray(one) &&
      isArray(other) &&
      one.length === other.length &&
      one.every((item, i) => isSameData(item, other[i]))
    );
  }
  if (!isPlainObject(one) || !isPlainObject(other)) return false;
  const names = Object.keys(one);
  const fields = other as Readonly<Record<string, unknown>>;
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(fields, name) && isSameData((one as typeof fields)[name], fields[name]))
  );
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
