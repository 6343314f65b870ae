import type { Context, FrozenContext } from '../message/context.js';
import {
  defaultListenerOptions,
  type Awaitable,
  type ClassDefinition,
  type CommandType,
  type ListenerOptions,
  type MethodDefinition,
  type Target,
} from './definitions.js';
import { isMessageClass, type AbstractClass, type Command, type Event, type ReplyOf } from '../message/message.js';

const metadataSymbol: symbol = ((Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata'));
const decorated = new WeakMap<object, MethodDefinition[]>();

interface StandardDecoratorContext {
  readonly kind: 'method';
  readonly name: string | symbol;
  readonly metadata: object;
}

/** A decorator for methods of the shape `F`, in the legacy mode of `experimentalDecorators` and in the standard one. */
export interface MethodDecoratorFor<F> {
  (value: F, context: StandardDecoratorContext): void;
  <M extends F>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<M>): void;
}

/** Marks a method as the handler of a command or query. The class is made by the container for each message. */
export function handles<C extends Command>(
  message: CommandType<C>,
): MethodDecoratorFor<(command: C, context: Context) => Awaitable<ReplyOf<C>>> {
  return mark({ kind: 'handler', targets: [message], options: defaultListenerOptions });
}

/** Marks a method as a listener of an event, or of all events below a group. */
export function listens<E extends Event>(
  target: Target<E>,
  options: Partial<ListenerOptions> = {},
): MethodDecoratorFor<(event: E, context: FrozenContext) => Awaitable<void>> {
  return mark({ kind: 'listener', targets: [target], options: { ...defaultListenerOptions, ...options } });
}

type MessageOfMethod<F> = F extends (message: infer M, ...rest: never[]) => infer R
  ? M extends Command
    ? R extends Awaitable<ReplyOf<M>>
      ? CommandType<M>
      : { readonly 'the method must return': ReplyOf<M> }
    : M extends Event
      ? Target<M>
      : never
  : never;

/** Names the methods of a class that handle or listen, without decorators: `methods(Payments, { byId: GetPayment })`. */
export function methods<S extends object>(
  service: AbstractClass<S>,
  map: { readonly [K in keyof S]?: MessageOfMethod<S[K]> },
): ClassDefinition {
  const entries = Object.entries(map as Record<string, Target>);
  return {
    kind: 'class',
    service,
    methods: entries.map(([method, target]) => ({
      kind: isMessageClass(target) && target.kind !== 'event' ? 'handler' : 'listener',
      targets: [target],
      options: defaultListenerOptions,
      method,
    })),
  };
}

/** The decorated methods of a class, its parents' included. */
export function decoratedMethods(service: AbstractClass<object>): readonly MethodDefinition[] {
  const metadata = (service as unknown as Record<symbol, unknown>)[metadataSymbol];
  return [...withAncestors(service), ...withAncestors(metadata)].flatMap((key) => decorated.get(key) ?? []);
}

function withAncestors(value: unknown): object[] {
  const isKey = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isKey ? [value, ...withAncestors(Object.getPrototypeOf(value))] : [];
}

function mark(definition: Omit<MethodDefinition, 'method'>): (first: unknown, second: unknown) => void {
  return (first, second) => {
    if (isStandardContext(second)) note(second.metadata, { ...definition, method: String(second.name) });
    else note((first as object).constructor, { ...definition, method: String(second) });
  };
}

function isStandardContext(value: unknown): value is StandardDecoratorContext {
  return typeof value === 'object' && value !== null && 'metadata' in value;
}

function note(key: object, definition: MethodDefinition): void {
  decorated.set(key, [...(decorated.get(key) ?? []), definition]);
}
