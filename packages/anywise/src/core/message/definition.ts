import { describeValue } from '../errors/describe.js';
import { SetupError } from '../errors/errors.js';
import {
  checkedElsewhere,
  fields,
  ofType,
  optionProblems,
  text,
  wholeNumber,
  withDefaults,
  type OptionChecks,
} from '../errors/options.js';
import { covers } from './family.js';
import { messageClass } from './message-class.js';
import {
  Command,
  Event,
  isMessageClass,
  type AbstractClass,
  type Definition,
  type MessageClass,
  type MessageKind,
} from './message.js';
import type { CommandOptions, EventOptions } from './options.js';
import { schemaProblems } from './schema-problems.js';
import { wireNameProblems } from './wire-name.js';

/** The options of a message as they come from code that may not have been type-checked. */
interface Options {
  readonly base?: unknown;
  readonly data?: unknown;
  readonly reply?: unknown;
  readonly errors?: unknown;
  readonly version: unknown;
  readonly upcast?: unknown;
  readonly entityId?: unknown;
  readonly summary?: unknown;
}

/**
 * Declares a message.
 *
 * @param base what it extends if `options` name no base.
 * @throws SetupError (`INVALID_CONTRACT`) that lists everything that is wrong.
 */
export function define(kind: MessageKind, base: AbstractClass<object>, type: string, options: object): MessageClass {
  const given: Options = withDefaults(Object(options) as object, { version: 1 });
  const problems = [...wireNameProblems(type), ...optionProblems(options, checks[kind]), ...problemsOf(kind, given)];
  if (problems.length > 0) throw new SetupError('INVALID_CONTRACT', `The ${kind} \`${type}\``, problems);
  const { base: group = base, data, ...rest } = given;
  return messageClass(group as AbstractClass<object>, { ...rest, data, kind, type } as Definition);
}

/** Every version needs an upcast step, so there are never many. */
export const mostVersions = 1_000;

// Schemas, errors and bases have texts of their own.
const commandChecks: OptionChecks<CommandOptions<unknown, unknown, unknown, unknown, never>> = {
  base: checkedElsewhere(),
  data: checkedElsewhere(),
  reply: checkedElsewhere(),
  errors: checkedElsewhere(),
  version: wholeNumber(1, mostVersions),
  upcast: fields(),
  summary: text(),
};
const eventChecks: OptionChecks<EventOptions<unknown, unknown, unknown>> = {
  base: checkedElsewhere(),
  data: checkedElsewhere(),
  entityId: ofType('function'),
  version: wholeNumber(1, mostVersions),
  upcast: fields(),
  summary: text(),
};
const checks: Readonly<Record<MessageKind, OptionChecks>> = {
  command: commandChecks,
  query: commandChecks,
  event: eventChecks,
};

function problemsOf(kind: MessageKind, options: Options): string[] {
  const isEvent = kind === 'event';
  return [
    ...(isEvent ? missingProblems(options) : []),
    ...baseProblems(isEvent ? Event : Command, options.base),
    ...schemaProblems('data', options.data, isEvent),
    ...schemaProblems('reply', options.reply, true),
    ...errorProblems(options.errors),
    ...upcastProblems(options),
  ];
}

function missingProblems({ data, entityId }: Options): string[] {
  const problems: string[] = [];
  if (data === undefined) problems.push('it has no `data`; give it a schema');
  if (entityId === undefined) problems.push('it has no `entityId`; say which entity it happened to');
  return problems;
}

function baseProblems(above: AbstractClass<object>, base: unknown): string[] {
  if (base === undefined) return [];
  if (typeof base !== 'function' || !covers(above, base as unknown as AbstractClass<object>)) {
    return [`\`base\` is ${describeValue(base)}, but must be an abstract class that extends \`${above.name}\``];
  }
  return isMessageClass(base)
    ? [`\`base\` is the message \`${base.type}\`; let both messages extend an abstract class instead`]
    : [];
}

function errorProblems(errors: unknown): string[] {
  if (errors === undefined) return [];
  if (!Array.isArray(errors)) return [`\`errors\` is ${describeValue(errors)}, but must be a list of error classes`];
  const types = errors.map(domainErrorType);
  return types.flatMap((type, index) => {
    if (type === undefined) {
      return [`\`errors[${index}]\` is ${describeValue(errors[index])}, but must be a class made by \`domainError\``];
    }
    return types.indexOf(type) < index ? [`\`errors\` has two with the wire name \`${type}\``] : [];
  });
}

function domainErrorType(error: unknown): string | undefined {
  if (typeof error !== 'function' || !('type' in error)) return undefined;
  const prototype: unknown = error.prototype;
  // Not by `instanceof Error`: it may come from another copy of this package, or another realm.
  const isError = typeof prototype === 'object' && prototype !== null && 'message' in prototype;
  return isError && typeof error.type === 'string' ? error.type : undefined;
}

/** What is wrong with the steps from one version to the next, one text per problem. */
export function upcastProblems({ upcast, version }: Pick<Options, 'upcast' | 'version'>): string[] {
  if (typeof upcast !== 'object' || upcast === null || typeof version !== 'number') return [];
  const steps = upcast as Readonly<Record<string, unknown>>;
  const needed = Array.from({ length: Math.min(version, mostVersions) - 1 }, (_, index) => String(index + 1));
  const missing = needed.filter((from) => steps[from] === undefined);
  const surplus = Object.keys(steps).filter((from) => !needed.includes(from));
  const wrong = needed.filter((from) => steps[from] !== undefined && typeof steps[from] !== 'function');
  return [
    ...missing.map((from) => `\`upcast\` lacks the step from version ${from} to ${Number(from) + 1}`),
    ...surplus.map((from) => `\`upcast\` has a step from version ${from}, but only leads up to version ${version}`),
    ...wrong.map((from) => `\`upcast[${from}]\` is ${describeValue(steps[from])}, but must be a function`),
  ];
}
