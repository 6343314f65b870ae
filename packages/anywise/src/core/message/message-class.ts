import { describeValue, isPlainObject } from '../errors/describe.js';
import { InvalidMessageError, SetupError, type Issue } from '../errors/errors.js';
import { inputOf, rememberInput } from './input.js';
import { isJson, isScalar, jsonIssues, mostIssues } from './json.js';
import {
  identify,
  markDeclaration,
  type AbstractClass,
  type Definition,
  type EventMetadata,
  type MessageClass,
} from './message.js';
import { readBack } from './read-back.js';
import { validate, type StandardSchema } from './schema.js';

/** How an instance is made, unless from data that has yet to be validated. */
type Making = 'validated' | 'bare';

type Fields = Record<string, unknown>;

/** Makes the base of `class CreatePayment extends command(…) {}`. */
export function messageClass(base: AbstractClass<object>, definition: Definition): MessageClass {
  const { type, kind } = definition;
  const schema = definition.data as StandardSchema<unknown, object> | undefined;
  const isEvent = kind === 'event';
  const copy = isEvent ? copyJson : copyFields;
  const looked = new WeakMap<object, boolean>();
  // For the class that was instantiated last, which is nearly always the next one too.
  let last: object | undefined;
  let hasSetters = false;

  class Message extends (base as new () => object) {
    constructor(data: unknown = {}, metadata?: Partial<EventMetadata>, making?: Making) {
      super();
      if (making === 'bare') return Object.create(new.target.prototype) as this;
      if (last !== new.target) {
        hasSetters = lookAt(new.target, looked);
        last = new.target;
      }
      if (schema !== undefined) {
        const valid = making === 'validated' ? data : validate(type, schema, data);
        if (hasSetters || !copy(this as unknown as Fields, valid)) {
          copyChecked(this as unknown as Fields, valid, definition);
        }
        if (valid !== data && !isEvent) rememberInput(this, data, valid as object);
      }
      if (metadata !== undefined && isEvent) identify(this, metadata);
      Object.freeze(this);
    }

    static parse(data: unknown, metadata?: Partial<EventMetadata>): object {
      return new this(data, metadata);
    }

    static readBack(data: unknown, metadata?: Partial<EventMetadata>): object {
      if (schema === undefined) return new this(data, metadata);
      return new this(readBack(type, schema, data), metadata, 'validated');
    }

    static inputOf(message: object): unknown {
      return inputOf(message);
    }
  }
  protectInherited(Message.prototype);
  const declared = Object.assign(Message, definition) as unknown as MessageClass;
  markDeclaration(declared);
  return declared;
}

/**
 * Copies data to a message; `false` if it needs a closer look. Messages are made often, so this does nothing else: a field
 * with the name of a member throws on assignment.
 */
function copyFields(message: Fields, data: unknown): boolean {
  let hasFields = false;
  try {
    for (const name in data as Fields) {
      const value = (data as Fields)[name];
      if (name === '__proto__' || (typeof value === 'function' && name === 'then')) return false;
      message[name] = value;
      hasFields = true;
    }
  } catch {
    return false;
  }
  return hasFields && typeof data === 'object' && !Array.isArray(data);
}

/** The same for data that must be JSON. A separate function, because a flag would slow down both. */
function copyJson(message: Fields, data: unknown): boolean {
  let hasFields = false;
  try {
    for (const name in data as Fields) {
      const value = (data as Fields)[name];
      if (name === '__proto__' || (!isScalar(value) && value !== undefined && !isJson(value))) return false;
      message[name] = value;
      hasFields = true;
    }
  } catch {
    return false;
  }
  return hasFields && typeof data === 'object' && !Array.isArray(data);
}

/** @throws InvalidMessageError that names each field that a message of this definition cannot have. */
function copyChecked(message: Fields, data: unknown, { type, kind }: Definition): void {
  if (!isFields(data)) {
    throw new InvalidMessageError(type, [{ message: `is ${describeValue(data)}, but must be an object` }]);
  }
  const issues: Issue[] = [];
  for (const name in data) {
    const value = data[name];
    const problem = nameProblem(message, name, value);
    if (problem !== undefined) issues.push({ message: problem, path: [name] });
    else if (kind === 'event' && value !== undefined && !isJson(value)) issues.push(...jsonIssues(value, [name]));
    else message[name] = value;
  }
  if (issues.length > 0) throw new InvalidMessageError(type, issues.slice(0, mostIssues));
}

/** Whether a value is an object with fields, of a class or not: a `Map` or a `Date` has none to copy. */
function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  return isPlainObject(value) || Object.prototype.toString.call(value) === '[object Object]';
}

function nameProblem(message: object, name: string, value: unknown): string | undefined {
  if (name === 'then' && typeof value === 'function') return 'is a function, which would make a promise of the message';
  if (!(name in (Object.getPrototypeOf(message) as object))) return undefined;
  return 'is the name of a member of the message class';
}

/**
 * Checks a class before its first instance, and protects its members. Returns whether it has setters, which data would call.
 *
 * @throws SetupError (`INVALID_CONTRACT`) if the class adds fields.
 */
function lookAt(target: new (...args: never[]) => object, looked: WeakMap<object, boolean>): boolean {
  const known = looked.get(target);
  if (known !== undefined) return known;
  const prototypes = prototypesOf(target.prototype as object);
  prototypes.forEach(protectMembers);
  const hasSetters = prototypes.some((prototype) =>
    Object.values(Object.getOwnPropertyDescriptors(prototype)).some((member) => member.set !== undefined),
  );
  // Before the trial instance, which must not start this check again.
  looked.set(target, hasSetters);
  const fields = fieldsOf(target);
  if (fields.length === 0) return hasSetters;
  looked.delete(target);
  throw ownFields(target, fields);
}

/** A prototype and those above it, without that of all objects. */
function prototypesOf(prototype: object): object[] {
  const above = Object.getPrototypeOf(prototype) as object | null;
  return above === null ? [] : [prototype, ...prototypesOf(above)];
}

/** Makes data with the name of a member fail: assigning throws, and no field has to be looked up. */
function protectMembers(prototype: object): void {
  for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if ('value' in member) Object.defineProperty(prototype, name, { writable: false });
  }
}

/** The same for members of all objects, such as `toString`, unless a base class has its own. */
function protectInherited(prototype: object): void {
  for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(Object.prototype))) {
    const value: unknown = member.value;
    if (value === undefined || (prototype as Fields)[name] !== value) continue;
    Object.defineProperty(prototype, name, { value, writable: false });
  }
}

/**
 * The fields that a class adds to its messages. It would add them to a frozen message, which fails with an error that names
 * neither class nor field, so a trial instance is made without data.
 */
function fieldsOf(target: new (...args: never[]) => object): readonly string[] {
  const making: Making = 'bare';
  try {
    return Reflect.ownKeys(Reflect.construct(target, [undefined, undefined, making]) as object).map(String);
  } catch {
    // A user's own constructor may fail without data.
    return [];
  }
}

function ownFields(target: AbstractClass<object>, fields: readonly string[]): SetupError {
  return new SetupError(
    'INVALID_CONTRACT',
    `The message class \`${target.name}\``,
    fields.map(
      (field) =>
        `it adds the field \`${field}\`, but a message holds only its data; declare the field in \`data\`, make it a getter, or put \`declare\` before it if it only narrows a type`,
    ),
  );
}
