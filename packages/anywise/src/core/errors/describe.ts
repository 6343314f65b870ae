/** What a value is, in words for an error text: `"abc"`, `undefined`, `an array`, `an instance of Map`. Never throws. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    case 'bigint':
      return 'a bigint';
    case 'symbol':
      return 'a symbol';
    case 'function':
      return describeFunction(value);
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

function describeFunction(value: { readonly name: string }): string {
  const kind = Function.prototype.toString.call(value).startsWith('class') ? 'class' : 'function';
  return value.name === '' ? `a ${kind}` : `the ${kind} \`${value.name}\``;
}

/** Whether an object could have come from JSON, of whichever realm: tests and libraries have realms of their own. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether an object is an array itself, and not of a class that extends it. */
export function isPlainArray(value: object): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Array.prototype || Array.isArray(prototype);
}

function describeObject(value: object): string {
  try {
    if (isPlainArray(value)) return 'an array';
    if (isPlainObject(value)) return 'an object';
    const { constructor } = Object.getPrototypeOf(value) as { readonly constructor?: unknown };
    return typeof constructor === 'function' ? `an instance of \`${constructor.name}\`` : 'an object of some class';
  } catch {
    return 'an unreadable object';
  }
}
