import { describeValue } from '../errors/describe.js';
import { ofType, optionProblems, type OptionChecks } from '../errors/options.js';
import { covers, kindOf } from '../message/family.js';
import { declarationOf, isMessageClass, type AbstractClass } from '../message/message.js';
import type { Saga } from '../sagas/declaration.js';
import type { Dependencies } from '../ports/container.js';
import type { DeciderOptions } from './decider.js';
import type { ClassDefinition, FailureOptions, MethodDefinition } from './definitions.js';
import { labelOf, targetName, type Labelled } from './labels.js';
import { decoratedMethods } from './methods.js';
import { runOptionProblems } from './option-problems.js';

/** The groups that a registry's messages must extend. */
export interface Bases {
  readonly commandBase?: AbstractClass<object> | undefined;
  readonly eventBase?: AbstractClass<object> | undefined;
}

/**
 * What is wrong with something to be registered, one text per problem.
 *
 * @param item comes from code that may not have been type-checked.
 * @param position its position among the items, from 1.
 */
export function itemProblems(item: unknown, position: number, bases: Bases): string[] {
  if (typeof item === 'function') return decoratedProblems(item as unknown as AbstractClass<object>, bases);
  if (isEntity(item) || isProjection(item)) return [];
  if (isSaga(item)) return sagaProblems(item);
  if (isDefinition(item)) return definitionProblems(item, bases);
  if (isClassDefinition(item)) return classProblems(item.service, item.methods, bases);
  const what = isBuilder(item) ? 'an `on(…)` that says nothing yet' : describeValue(item);
  return [
    `item ${position} is ${what}; pass what \`.handle(…)\`, \`.listen(…)\`, \`.guard(…)\` or \`methods(…)\` gives, or a class with \`@handles\` or \`@listens\``,
  ];
}

/** A handler, a listener, a sink or a guard, valid or not. */
interface Definition extends Labelled {
  readonly kind: 'handler' | 'listener' | 'guard';
  readonly options?: object;
  readonly dependencies?: Dependencies;
  /** Those of a decider. */
  readonly entity?: unknown;
  readonly decide?: unknown;
  readonly id?: unknown;
  readonly hasReply?: boolean;
  readonly deciderOptions?: unknown;
}

type Kind = Definition['kind'];

function isDefinition(item: unknown): item is Definition {
  const { kind, targets } = (item ?? {}) as Readonly<Record<string, unknown>>;
  return (kind === 'handler' || kind === 'listener' || kind === 'guard') && Array.isArray(targets);
}

function isEntity(item: unknown): boolean {
  const { kind, name, steps } = (item ?? {}) as Readonly<Record<string, unknown>>;
  return kind === 'entity' && typeof name === 'string' && Array.isArray(steps);
}

function isProjection(item: unknown): boolean {
  const { kind, name, steps, tables } = (item ?? {}) as Readonly<Record<string, unknown>>;
  return kind === 'projection' && typeof name === 'string' && Array.isArray(steps) && typeof tables === 'symbol';
}

function isSaga(item: unknown): item is Saga {
  const { kind, name, parts } = (item ?? {}) as Readonly<Record<string, unknown>>;
  return kind === 'saga' && typeof name === 'string' && Array.isArray(parts);
}

function sagaProblems({ name, dependencies = {}, failure }: Saga): string[] {
  const label = `the saga \`${name}\``;
  return [
    ...dependencyProblems(label, dependencies),
    ...runOptionProblems(failure).map((problem) => `${label}: ${problem}`),
  ];
}

function isClassDefinition(item: unknown): item is ClassDefinition {
  const { kind, service, methods } = (item ?? {}) as Readonly<Record<string, unknown>>;
  return kind === 'class' && typeof service === 'function' && Array.isArray(methods);
}

function isBuilder(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'handle' in item && 'listen' in item;
}

function decoratedProblems(service: AbstractClass<object>, bases: Bases): string[] {
  if (kindOf(service) !== undefined) {
    return [
      `${targetName(service)} is a message; register what handles it or listens to it, with \`on(${service.name})\``,
    ];
  }
  const marked = decoratedMethods(service);
  if (marked.length > 0) return classProblems(service, marked, bases);
  return [
    `\`${service.name}\` has no method with \`@handles\` or \`@listens\`; mark one, or describe it with \`methods(…)\``,
  ];
}

function classProblems(service: AbstractClass<object>, methods: readonly MethodDefinition[], bases: Bases): string[] {
  if (methods.length === 0) return [`\`methods(${service.name}, …)\` names no method; name what each of them handles`];
  return methods.flatMap((definition) => {
    const label = `\`${service.name}.${String(definition.method)}\``;
    return [
      ...methodProblems(label, service, definition),
      ...targetsProblems(label, definition.kind, definition.targets, bases),
      ...runOptionProblems(definition.options).map((problem) => `${label}: ${problem}`),
    ];
  });
}

function methodProblems(
  label: string,
  service: AbstractClass<object>,
  { method, misplaced }: MethodDefinition,
): string[] {
  if (misplaced !== undefined)
    return [`${label} is ${misplaced}, so it cannot be called; mark a public method of instances`];
  if (typeof method === 'symbol') return [`${label} has a symbol for a name; give it a name that is text`];
  if (hasMethod(service.prototype as object, method)) return [];
  return [`${label} is not a method of the class; abstract methods and functions in fields cannot be named`];
}

function hasMethod(prototype: object, name: string): boolean {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property !== undefined) return typeof property.value === 'function';
  }
  return false;
}

function definitionProblems(item: Definition, bases: Bases): string[] {
  const label = labelOf(item);
  return [
    ...targetsProblems(label, item.kind, item.targets, bases),
    ...codeProblems(label, item),
    ...publishingProblems(label, item),
    ...('entity' in item ? deciderProblems(label, item) : []),
    ...runOptionProblems(item.options ?? {}).map((problem) => `${label}: ${problem}`),
  ];
}

function codeProblems(label: string, { kind, run, service, dependencies = {} }: Definition): string[] {
  const problems: string[] = [];
  if (typeof run !== 'function' && !isServiceId(service)) {
    const code = service === undefined && kind !== 'guard' ? describeValue(run) : describeValue(service ?? run);
    problems.push(
      `${label} is given ${code}, but needs ${kind === 'guard' ? 'a function, a class or a token' : 'a function'}`,
    );
  }
  return [...problems, ...dependencyProblems(label, dependencies)];
}

function dependencyProblems(label: string, dependencies: Dependencies): string[] {
  return Object.entries(dependencies)
    .filter(([, id]) => !isServiceId(id))
    .map(
      ([name, id]) =>
        `${label} asks for ${describeValue(id)} as \`${name}\`; ask for a class or a token${lateImport(id)}`,
    );
}

function publishingProblems(label: string, { targets, options }: Definition): string[] {
  if ((options as Partial<FailureOptions> | undefined)?.publishes === undefined) return [];
  return targets
    .filter((target) => declarationOf(target)?.kind === 'query')
    .map((target) => `${label} says what it publishes, but ${targetName(target)} is a query, which publishes nothing`);
}

const deciderChecks: OptionChecks<DeciderOptions<unknown>> = { ifVersion: ofType('function') };

function deciderProblems(label: string, definition: Definition): string[] {
  const { targets, entity, decide, id, hasReply, deciderOptions } = definition;
  const problems = optionProblems(deciderOptions, deciderChecks).map((problem) => `${label}: ${problem}`);
  if (!isEntity(entity)) {
    problems.push(`${label} is decided by ${describeValue(entity)}, but needs an entity${lateImport(entity)}`);
  }
  if (typeof id !== 'function') {
    problems.push(`${label} is given ${describeValue(id)} for the id, but needs a function that returns it`);
  }
  if (typeof decide !== 'function') {
    problems.push(`${label} is given ${describeValue(decide)} for the decision, but needs a function`);
  }
  for (const target of targets) {
    const declared = declarationOf(target);
    if (declared?.kind === 'query') {
      problems.push(`${label} decides on ${targetName(target)}, which is a query; ask for \`Entities\` in its handler`);
    } else if (declared?.reply !== undefined && hasReply !== true) {
      problems.push(`${label} says nothing of the reply of ${targetName(target)}; add \`.reply(…)\``);
    }
  }
  return problems;
}

function isServiceId(id: unknown): boolean {
  return typeof id === 'function' || typeof id === 'symbol';
}

function targetsProblems(label: string, kind: Kind, targets: readonly unknown[], bases: Bases): string[] {
  if (targets.length === 0) {
    return [`${label} is for no message; name a message or a group, such as \`on(Command)\``];
  }
  const twice = targets.filter((target, index) => targets.indexOf(target) < index);
  return [
    ...twice.map((target) => `${label} names ${targetName(target)} twice`),
    ...targets.flatMap((target) => targetProblems(label, kind, target, bases)),
  ];
}

const verbs = { handler: 'handles', listener: 'listens to', guard: 'guards' } as const;

function targetProblems(label: string, kind: Kind, target: unknown, bases: Bases): string[] {
  const name = targetName(target);
  const own = kindOf(target);
  if (own === undefined) {
    return [`${label} ${verbs[kind]} ${name}, which is neither a message nor a group of messages${lateImport(target)}`];
  }
  if (kind === 'listener' && own !== 'event') {
    return [`${label} listens to ${name}, which is not an event; write \`on(…).handle(…)\` for what handles it`];
  }
  if (kind !== 'listener' && own === 'event') {
    return [`${label} ${verbs[kind]} ${name}, which is an event; write \`on(…).listen(…)\` for what listens to it`];
  }
  return outsideBase(kind, target as AbstractClass<object>, bases);
}

/** Guards and listeners may cover more than a registry's messages; a handler for a group would take all of them. */
function outsideBase(kind: Kind, target: AbstractClass<object>, { commandBase, eventBase }: Bases): string[] {
  const base = kind === 'listener' ? eventBase : commandBase;
  if (base === undefined || covers(base, target) || (kind !== 'handler' && !isMessageClass(target))) return [];
  return [`\`${target.name}\` does not extend \`${base.name}\`, which all ${kindsOf(kind)} here must`];
}

function kindsOf(kind: Kind): string {
  return kind === 'listener' ? 'events' : 'commands';
}

/** In circular imports, a class that is not loaded yet is `undefined`. */
function lateImport(value: unknown): string {
  return value === undefined ? '; if modules import each other, import it from the module that declares it' : '';
}
