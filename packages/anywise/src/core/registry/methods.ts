import type { Context, FrozenContext } from '../message/context.js';
import { SetupError } from '../errors/errors.js';
import { withDefaults } from '../errors/options.js';
import { runOptionProblems } from './option-problems.js';
import { callSiteOf } from '../errors/call-site.js';
import { targetName } from './labels.js';
import { kindOf } from '../message/family.js';
import type { AbstractClass, Command, Event, ReplyOf } from '../message/message.js';
import {
  batchDefaults,
  defaultListenerOptions,
  type Awaitable,
  type BatchContext,
  type BatchOptions,
  type ClassDefinition,
  type ListenerOptions,
  type MethodDefinition,
  type RepliesOf,
  type Target,
} from './definitions.js';

const metadataSymbol: symbol = ((Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata'));
/**
 * The key under which a class, or its metadata, keeps its marked methods. Global, so that another copy of this package finds
 * it.
 */
const marksSymbol = Symbol.for('anywise.methods');

/** The part of a decorator's context that we use. Without ESNext's libraries, the types may lack `metadata`. */
interface StandardDecoratorContext {
  readonly kind: 'method';
  readonly name: string | symbol;
  readonly static: boolean;
  readonly private: boolean;
  readonly metadata?: object | undefined;
}

/** A decorator for methods of the shape `F`, in the legacy mode of `experimentalDecorators` and in the standard one. */
export interface MethodDecoratorFor<F> {
  (value: F, context: StandardDecoratorContext): void;
  <M extends F>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<M>): void;
}

/**
 * Marks a method as the handler of one command or query, of several, or of all below a group. The container resolves the
 * class for each message.
 */
export function handles<C extends readonly [Target<Command>, ...Target<Command>[]]>(
  ...messages: C
): MethodDecoratorFor<(command: InstanceType<C[number]>, context: Context) => Awaitable<RepliesOf<C>>> {
  return mark({ kind: 'handler', targets: messages, options: defaultListenerOptions, site: callSiteOf(handles) });
}

/** The options of a listener that is a method. */
type MethodOptions = Partial<Omit<ListenerOptions, 'batch'>>;

/**
 * Marks a method as a listener to an event, or to all events below a group. With the option `batch`, the method takes a list
 * of events that share one transaction, as with `on(…).batch(…)`.
 *
 * @throws SetupError (`INVALID_REGISTRATION`) with every option that is wrong.
 */
export function listens<E extends Event>(
  target: Target<E>,
  options: MethodOptions & { readonly batch: BatchOptions },
): MethodDecoratorFor<(events: readonly E[], context: BatchContext<E>) => Awaitable<void>>;
export function listens<E extends Event>(
  target: Target<E>,
  options?: MethodOptions & { readonly batch?: undefined },
): MethodDecoratorFor<(event: E, context: FrozenContext) => Awaitable<void>>;
export function listens(
  target: Target<Event>,
  options: MethodOptions & { readonly batch?: BatchOptions | undefined } = {},
): unknown {
  const wrong = runOptionProblems(options);
  if (wrong.length > 0) throw new SetupError('INVALID_REGISTRATION', `\`@listens(${targetName(target)})\``, wrong);
  const batch = options.batch && withDefaults(options.batch, batchDefaults);
  return mark({
    kind: 'listener',
    targets: [target],
    options: { ...withDefaults(options, defaultListenerOptions), batch },
    site: callSiteOf(listens),
  });
}

type TargetOfMethod<F> = F extends (message: infer M, ...rest: never[]) => infer R ? TargetOf<M, R> : never;
type TargetOf<M, R> = M extends Command
  ? R extends Awaitable<ReplyOf<M>>
    ? Target<M>
    : { readonly 'the method must return': ReplyOf<M> }
  : M extends Event
    ? Target<M>
    : never;

/**
 * Names the methods of a class that handle or listen, without decorators: `methods(Payments, { byId: GetPayment })`. A
 * method for several messages takes a list: `{ change: [Rename, Move] }`.
 */
export function methods<S extends object>(
  service: AbstractClass<S>,
  map: { readonly [K in keyof S]?: TargetOfMethod<S[K]> | readonly TargetOfMethod<S[K]>[] },
): ClassDefinition {
  const site = callSiteOf(methods);
  return {
    kind: 'class',
    service,
    methods: Reflect.ownKeys(map).map((method) => {
      const named = (map as Readonly<Record<PropertyKey, Target | readonly Target[]>>)[method];
      const targets = (Array.isArray(named) ? named : [named]) as readonly Target[];
      const isListener = targets.length > 0 && targets.every((target) => kindOf(target) === 'event');
      return { kind: isListener ? 'listener' : 'handler', targets, options: defaultListenerOptions, method, site };
    }),
  };
}

/** The decorated methods of a class and of its parents. If a method is marked twice, the last mark counts. */
export function decoratedMethods(service: AbstractClass<object>): readonly MethodDefinition[] {
  const found: MethodDefinition[] = [];
  for (let at: object | null = service; typeof at === 'function'; at = Object.getPrototypeOf(at) as object | null) {
    const known = new Set(found.map(({ method }) => method));
    found.push(...marksOf(at).filter(({ method }) => !known.has(method)));
  }
  return found;
}

type Marks = Readonly<Record<symbol, unknown>>;

/** The methods marked in the class itself. */
function marksOf(service: object): readonly MethodDefinition[] {
  const metadata = Object.hasOwn(service, metadataSymbol) ? (service as Marks)[metadataSymbol] : undefined;
  return [...ownMarks(service), ...(typeof metadata === 'object' && metadata !== null ? ownMarks(metadata) : [])];
}

function ownMarks(holder: object): readonly MethodDefinition[] {
  return Object.hasOwn(holder, marksSymbol) ? ((holder as Marks)[marksSymbol] as MethodDefinition[]) : [];
}

function mark(definition: Omit<MethodDefinition, 'method'>): (first: unknown, second: unknown) => void {
  return (first, second) => {
    if (isStandardContext(second)) {
      const misplaced = second.private ? 'private' : second.static ? 'static' : undefined;
      note(metadataOf(second), { ...definition, method: second.name, misplaced });
      return;
    }
    // A static method is decorated with its class, any other with the prototype.
    const [service, misplaced] =
      typeof first === 'function' ? [first, 'static' as const] : [(first as object).constructor];
    note(service, { ...definition, method: second as string | symbol, misplaced });
  };
}

function isStandardContext(value: unknown): value is StandardDecoratorContext {
  return typeof value === 'object' && value !== null;
}

function metadataOf({ name, metadata }: StandardDecoratorContext): object {
  if (metadata !== undefined) return metadata;
  throw new SetupError('INVALID_REGISTRATION', `The decorator of \`${String(name)}\``, [
    'it was given no metadata to note the method in; import `anywise` before the class is defined, and leave `Symbol.metadata` as it is',
  ]);
}

function note(holder: object, definition: MethodDefinition): void {
  Object.defineProperty(holder, marksSymbol, { value: [...ownMarks(holder), definition], configurable: true });
}
