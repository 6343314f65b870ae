import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import * as client from './client/index.js';
import * as connect from './connect/index.js';
import * as docs from './docs/index.js';
import * as express from './express/index.js';
import * as fastify from './fastify/index.js';
import * as guards from './guards/index.js';
import * as hono from './hono/index.js';
import * as root from './index.js';
import * as inversify from './inversify/index.js';
import * as kit from './kit/index.js';
import * as memory from './memory/index.js';
import * as nats from './nats/index.js';
import * as rabbitmq from './rabbitmq/index.js';
import * as postgres from './postgres/index.js';
import * as sinks from './sinks/index.js';
import * as sqlite from './sqlite/index.js';
import * as testing from './testing/index.js';
import { stepsOf } from './core/sagas/step.js';
import { silent, startBus } from './test-support/start-bus.js';

const { Anywise, command, contextKey, contract, domainError, event, memoryStore, MessageRegistry, on, query } = root;

class Ask extends query('shop.ask', { reply: z.string() }) {}
class Pay extends command('shop.pay') {}
class Paid extends event('shop.paid', { data: z.object({ id: z.string() }), entityId: ({ id }) => id }) {}
const contracts = [contract('shop', { Ask, Pay, Paid })];
const paid = new Paid({ id: 'a' });
const items = [on(Ask).handle(async () => 'reply'), on(Pay).handle(async () => undefined)];

/** What code without types may give as an option. */
const hostile = [
  null,
  NaN,
  -1,
  0,
  1.5,
  Infinity,
  -Infinity,
  2 ** 31,
  1e300,
  '5',
  '',
  'a\0b',
  {},
  [],
  true,
  5n,
  Symbol('s'),
];

type Takes = (value: unknown) => boolean;
const no: Takes = () => false;
const whole = (min: number, max = Number.MAX_SAFE_INTEGER): Takes => {
  return (value) => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
};
const between = (min: number, max: number): Takes => {
  return (value) => typeof value === 'number' && value >= min && value <= max;
};
const ms = (min: number, max = 2 ** 31 - 1): Takes => between(min, max);
const century: Takes = ms(0, 3_155_760_000_000);
const month: Takes = ms(0, 2_592_000_000);
const text: Takes = (value) => value === '5';
const anyText: Takes = (value) => typeof value === 'string';
const flag: Takes = (value) => value === true;
const list: Takes = (value) => Array.isArray(value);
const object: Takes = (value) => Object.prototype.toString.call(value) === '[object Object]';

interface Subject {
  /** Calls the function with these options, and throws or rejects as it does. */
  readonly call: (options: never) => unknown;
  /** The least that it must be given. */
  readonly needs?: Readonly<Record<string, unknown>>;
  /** Each option, and which values it takes. */
  readonly takes: Readonly<Record<string, Takes>>;
}

const nothing = (): undefined => undefined;
const later = async (): Promise<undefined> => undefined;
const plan = {
  attempts: whole(1),
  immediate: whole(0),
  firstDelayMs: month,
  factor: between(1, 1_000),
  maxDelayMs: month,
};
const connection = {
  url: text,
  pool: object,
  maxConnections: whole(2, 9_999),
  prepare: flag,
  listenUrl: text,
  statementTimeoutMs: whole(100, 2 ** 31 - 1),
};
const bytes = whole(1_024, 134_217_728);
const filter = { id: anyText, source: anyText, listener: anyText, type: anyText, error: anyText, olderThanMs: century };
const declared = { base: no, data: no, version: (value: unknown) => value === 1, upcast: object, summary: text };

async function onBus(use: (bus: root.Anywise) => Promise<unknown>): Promise<void> {
  await using bus = await startBus({ name: 'shop', contracts, items, store: memoryStore() });
  await use(bus);
}

/** A bus with a projection. */
async function onListed(use: (bus: root.Anywise) => Promise<unknown>): Promise<void> {
  await using bus = await startBus({
    name: 'shop',
    contracts,
    items: [...items, thing, paidList],
    store: memoryStore(),
  });
  await use(bus);
}

/** Sends the query over HTTP, to nobody. */
const askOver = client.createClient({
  url: 'http://shop.example',
  routes: [{ method: 'post', path: '/ask', message: Ask, idempotencyKey: true }],
  fetch: async () => ({ status: 200, headers: { get: () => null }, text: async () => '"reply"' }),
});

const register = (item: root.Registrable): unknown => new MessageRegistry('shop').register(item);

const paidList = root.projection('shop.paid-list', { version: 1, tables: {} }).on(Paid, nothing);
const thing = root.entity('shop.thing', { state: z.object({ id: z.string() }) }).create(Paid, ({ id }) => ({ id }));
const process = root.saga('shop.process', { state: z.string() });
const inHistory = (use: (entities: root.Entities) => Promise<unknown>): Promise<void> =>
  inTransaction(async (tx) => use(await tx.get(root.Entities)));

async function inTransaction(use: (tx: root.Transaction) => Promise<unknown>): Promise<void> {
  await using bus = await startBus({ name: 'shop', contracts, items: [...items, thing], store: memoryStore() });
  await bus.transaction(use);
}

interface HttpEntry {
  readonly health: (target: { check(): Promise<string[]> }, options: never) => unknown;
  readonly problems: (options: never) => unknown;
  readonly routes: (bus: { send(): Promise<undefined> }, definitions: never[], options: never) => unknown;
  readonly route: (method: 'get', path: '/', message: typeof Ask, options: never) => unknown;
}

/** What the entries of all HTTP frameworks have. */
const overHttp = (name: string, framework: HttpEntry): Readonly<Record<string, Subject>> => ({
  [`health on ${name}`]: {
    call: (options) => framework.health({ check: async () => [] }, options),
    takes: { timeoutMs: ms(1), about: object, onError: no },
  },
  [`problems on ${name}`]: { call: (options) => framework.problems(options), takes: { statuses: list, onError: no } },
  [`routes on ${name}`]: {
    call: (options) => framework.routes({ send: later }, [], options),
    takes: { context: no, idempotencyScope: no, bodyLimitBytes: whole(1) },
  },
  [`route on ${name}`]: {
    call: (options) => framework.route('get', '/', Ask, options),
    takes: { status: whole(200, 399), idempotencyKey: flag, input: no, documented: no, headers: no },
  },
  [`a route on ${name} that \`route\` did not make`]: {
    call: (route) => framework.routes({ send: later }, [route], { idempotencyScope: () => 'ada' } as never),
    needs: { method: 'get', path: '/', message: Ask },
    takes: {
      method: no,
      path: no,
      message: no,
      status: whole(200, 399),
      idempotencyKey: flag,
      input: no,
      documented: no,
      headers: no,
    },
  },
});

const subjects: Readonly<Record<string, Subject>> = {
  entity: {
    call: (options) => root.entity('shop.thing', options),
    needs: { state: z.string() },
    takes: { state: no, snapshot: no },
  },
  'snapshot of entity': {
    call: (snapshot) => root.entity('shop.thing', { state: z.string(), snapshot }),
    needs: { every: 1, version: 1 },
    takes: { every: whole(1, 1_000_000), version: whole(1, 2_147_483_647) },
  },
  saga: {
    call: (options) => root.saga('shop.process', options),
    needs: { state: z.string() },
    takes: { state: no, timeouts: list, version: (value) => value === 1, upcast: object },
  },
  'correlation of saga': {
    call: (by) => process.on(Paid, by, (_paid, _state, saga) => saga.stay()),
    takes: { key: no, early: no },
  },
  'enqueue of a step': {
    call: (options) => stepsOf({ name: 'shop.process', timeouts: [] }).stay().enqueue(new Pay(), options),
    takes: { delayMs: century, key: anyText },
  },
  projection: {
    call: (options) => root.projection('shop.list', options),
    needs: { version: 1, tables: {} },
    takes: { version: whole(1, 2_147_483_647), tables: object },
  },
  'on(…).entity': {
    call: (options) =>
      register(
        on(Pay)
          .entity(thing, () => 'a', options)
          .decide(() => undefined),
      ),
    takes: { ifVersion: no },
  },
  'entities.history': {
    call: (options) => inHistory((entities) => entities.history(thing, 'a', options)),
    takes: { after: whole(0), limit: whole(1, 1_000) },
  },
  'entities.ids': {
    call: (options) => inHistory((entities) => entities.ids(thing, options)),
    takes: { after: text, limit: whole(1, 1_000) },
  },
  'new Anywise': {
    call: async (options) => {
      const bus = new Anywise(options);
      await bus.start();
      await bus.stop();
    },
    needs: { name: 'shop' },
    takes: {
      name: text,
      version: text,
      registries: list,
      sinks: list,
      contracts: list,
      container: no,
      store: no,
      transport: no,
      context: list,
      checkReplies: flag,
      sender: no,
      publisher: no,
      logger: no,
      concurrency: whole(1, 100_000),
      maxMessageBytes: bytes,
      timeoutMs: ms(1),
      remoteTimeoutMs: ms(1),
      leaseMs: ms(10),
      retentionMs: century,
    },
  },
  'anywise.send': {
    call: (options) => onBus((bus) => bus.send(new Ask(), options)),
    takes: { context: list, idempotencyKey: anyText, timeoutMs: ms(0), signal: no, checkReply: flag, retry: flag },
  },
  'anywise.trySend': {
    call: (options) => onBus((bus) => bus.trySend(new Ask(), options)),
    takes: { context: list, idempotencyKey: anyText, timeoutMs: ms(0), signal: no, checkReply: flag, retry: flag },
  },
  'anywise.publish': {
    call: (options) => onBus((bus) => bus.publish(paid, options)),
    takes: { context: list },
  },
  'anywise.enqueue': {
    call: (options) => onBus((bus) => bus.enqueue(new Pay(), options)),
    takes: { delayMs: century, at: no, key: anyText, context: list },
  },
  'anywise.transaction': {
    call: (options) => onBus((bus) => bus.transaction(later, options)),
    takes: { context: list },
  },
  'anywise.stop': {
    call: (options) => onBus((bus) => bus.stop(options)),
    takes: { timeoutMs: ms(0) },
  },
  'anywise.check': {
    call: (options) => onBus((bus) => bus.check(options)),
    takes: { timeoutMs: ms(1) },
  },
  'anywise.projected': {
    call: (options) => onListed((bus) => bus.projected(paidList, options)),
    takes: { timeoutMs: ms(1) },
  },
  'deadLetters.list': {
    call: (options) => onBus((bus) => bus.deadLetters.list(options)),
    takes: filter,
  },
  'deadLetters.list, the page': {
    call: (options) => onBus((bus) => bus.deadLetters.list({}, options)),
    takes: { limit: whole(1, 100_000), after: whole(0) },
  },
  'deadLetters.count': { call: (options) => onBus((bus) => bus.deadLetters.count(options)), takes: filter },
  'deadLetters.replay': { call: (options) => onBus((bus) => bus.deadLetters.replay(options)), takes: filter },
  'deadLetters.discard': { call: (options) => onBus((bus) => bus.deadLetters.discard(options)), takes: filter },
  contextKey: { call: (options) => contextKey('a', options), takes: { header: text } },
  command: {
    call: (options) => command('shop.other', options),
    takes: { ...declared, reply: no, errors: list },
  },
  query: { call: (options) => query('shop.other', options), takes: { ...declared, reply: no, errors: list } },
  event: {
    call: (options) => event('shop.other', options),
    needs: { data: z.object({ id: z.string() }), entityId: () => 'a' },
    takes: { ...declared, entityId: no },
  },
  domainError: {
    call: (options) => domainError('shop.refused', options),
    needs: { data: z.object({}), message: () => 'refused' },
    takes: { data: no, message: no },
  },
  MessageRegistry: {
    call: (options) => new MessageRegistry('shop', options),
    takes: { commandBase: no, eventBase: no },
  },
  listens: {
    call: (options) => root.listens(Paid, options),
    takes: {
      name: text,
      inline: flag,
      retry: object,
      onDead: no,
      timeoutMs: ms(1),
      concurrency: whole(1),
      guards: list,
      batch: object,
    },
  },
  '@listens with a batch': {
    call: (options) => root.listens(Paid, { batch: options }),
    takes: { max: whole(1, 1_000), waitMs: ms(0, 60_000) },
  },
  'on(…).retry': {
    call: (options) => register(on(Paid).retry(options).listen(nothing)),
    takes: { ...plan, rules: list },
  },
  'on(…).retry of a command': {
    call: (options) => register(on(Pay).retry(options).handle(later)),
    takes: { ...plan, rules: list },
  },
  'a rule of on(…).retry': {
    call: (rule) =>
      register(
        on(Paid)
          .retry({ rules: [rule] })
          .listen(nothing),
      ),
    needs: { when: Error },
    takes: { ...plan, when: no },
  },
  'the other options of on(…)': {
    call: ({ name, onDead, timeoutMs, concurrency }: Readonly<Record<string, never>>) =>
      register(
        on(Paid)
          .named(name as never)
          .onDead(onDead as never)
          .timeoutMs(timeoutMs as never)
          .concurrency(concurrency as never)
          .listen(nothing),
      ),
    takes: { name: text, onDead: no, timeoutMs: ms(1), concurrency: whole(1) },
  },
  memoryStore: { call: (options) => memoryStore(options), takes: { clock: no } },
  memoryBroker: { call: (options) => root.memoryBroker(options), takes: { maxMessageBytes: bytes } },
  share: {
    call: (options) => root.share(root.memoryBroker().connect(), options),
    takes: { maxMessageBytes: bytes },
  },
  sqliteStore: {
    call: (options) => sqlite.sqliteStore(options),
    needs: { path: 'a.db' },
    takes: { path: text, migrations: list, synchronous: no, open: no },
  },
  sqliteTransport: {
    call: (options) => sqlite.sqliteTransport(options),
    needs: { path: 'a.db' },
    takes: { path: text, synchronous: no, retentionMs: century, keepReadMs: century, maxMessageBytes: bytes, open: no },
  },
  postgresStore: {
    call: (options) => postgres.postgresStore(options),
    needs: { schema: 'shop' },
    takes: { ...connection, schema: text, migrations: list },
  },
  postgresTransport: {
    call: (options) => postgres.postgresTransport(options),
    takes: { ...connection, schema: text, retentionMs: century, keepReadMs: century, maxMessageBytes: bytes },
  },
  natsTransport: {
    call: (options) => nats.natsTransport(options),
    takes: {
      servers: (value) => value === '5',
      user: text,
      password: text,
      token: text,
      credentials: text,
      tls: (value) => value === true || object(value),
      prefix: text,
      replicas: whole(1, 5),
      retentionMs: between(1_000, 9_007_199_254),
      maxBytes: whole(1),
      manage: flag,
      maxMessageBytes: bytes,
    },
  },
  natsTopology: {
    call: (options) => nats.natsTopology(options),
    takes: {
      servers: (value) => value === '5',
      user: text,
      password: text,
      token: text,
      credentials: text,
      tls: (value) => value === true || object(value),
      prefix: text,
      replicas: whole(1, 5),
      retentionMs: between(1_000, 9_007_199_254),
      maxBytes: whole(1),
    },
  },
  rabbitmqTopology: {
    call: (options) => rabbitmq.rabbitmqTopology(options),
    takes: {
      servers: (value) => value === '5',
      user: text,
      password: text,
      vhost: text,
      tls: (value) => value === true || object(value),
      prefix: text,
      replicas: whole(1, 99),
    },
  },
  rabbitmqTransport: {
    call: (options) => rabbitmq.rabbitmqTransport(options),
    takes: {
      servers: (value) => value === '5',
      user: text,
      password: text,
      vhost: text,
      tls: (value) => value === true || object(value),
      prefix: text,
      replicas: whole(1, 99),
      manage: flag,
      maxMessageBytes: bytes,
    },
  },
  connectStore: {
    call: (options) => connect.connectStore('memory:', options),
    needs: { name: 'shop' },
    takes: { name: text, migrations: list },
  },
  logged: {
    call: (options) => guards.logged(options),
    needs: { logger: silent },
    takes: { logger: no, level: no, details: no },
  },
  timed: { call: (options) => guards.timed(options), needs: { timeoutMs: 1 }, takes: { timeoutMs: ms(1) } },
  limited: {
    call: (options) => guards.limited(options),
    needs: { atOnce: 1 },
    takes: { atOnce: whole(1, 1e6), by: no, waiting: whole(0, 1e6), waitMs: ms(0), retryAfterMs: ms(1) },
  },
  rateLimited: {
    call: (options) => guards.rateLimited(options),
    needs: { perSecond: 1 },
    takes: { perSecond: between(0.000_01, 1e6), burst: whole(1, 1e6), by: no, waitMs: ms(0), now: no },
  },
  authorized: {
    call: (options) => guards.authorized(options),
    needs: { allow: () => true, refusal: () => new Error('no') },
    takes: { allow: no, refusal: no },
  },
  ...overHttp('Express', express),
  ...overHttp('Fastify', fastify),
  ...overHttp('Hono', hono),
  listen: {
    call: async (options) => (await express.listen(() => undefined, options)).close(),
    needs: { port: 0 },
    takes: { port: whole(0, 65_535), host: text },
  },
  'listen(…).close': {
    call: async (options) => {
      await using server = await express.listen(() => undefined, { port: 0 });
      await server.close(options);
    },
    takes: { timeoutMs: ms(0) },
  },
  documents: { call: (options) => express.documents(options), takes: { openapi: object, asyncapi: object } },
  'documents of fastify': {
    call: (options) => fastify.documents(options),
    takes: { openapi: object, asyncapi: object },
  },
  'documents of hono': { call: (options) => hono.documents(options), takes: { openapi: object, asyncapi: object } },
  createClient: {
    call: (options) => client.createClient(options),
    needs: { routes: [] },
    takes: {
      ...{ url: () => true, routes: list, headers: (value: unknown) => typeof value === 'object' && value !== null },
      ...{ timeoutMs: ms(1), retries: whole(0, 20), credentials: no, fetch: no },
    },
  },
  'client.send': {
    call: (options) => askOver.send(new Ask(), options),
    takes: { idempotencyKey: text, signal: no, timeoutMs: ms(1) },
  },
  asyncapi: {
    call: (options) => docs.asyncapi(new Anywise({ name: 'shop' }).describe(), contracts, options),
    needs: { version: '1' },
    takes: { version: text, title: text, description: text, sends: list, converters: object },
  },
  openapi: {
    call: (options) => docs.openapi([], options),
    needs: { version: '1' },
    takes: {
      ...{ version: text, title: text, description: text, license: text },
      ...{ servers: list, security: object, statuses: list, converters: object },
    },
  },
  catalog: { call: (options) => docs.catalog([], options), takes: { converters: object } },
  jsonSchemaOf: { call: (options) => docs.jsonSchemaOf(z.string(), 'input', options), takes: { converters: object } },
  fileSink: { call: (options) => sinks.fileSink('events.jsonl', options), takes: { fsync: flag } },
  httpSink: {
    call: (options) => sinks.httpSink('https://example.com', options),
    takes: { secret: list, timeoutMs: ms(1), retry: object, headers: object },
  },
  'the retries of httpSink': {
    call: (retry) => sinks.httpSink('https://example.com', { retry }),
    takes: plan,
  },
  'scenario(…).untilQuiet': {
    call: (options) => onBus((bus) => testing.scenario(bus).untilQuiet(options)),
    takes: { timeoutMs: ms(0) },
  },
  repeatEvery: {
    call: (options) => kit.repeatEvery(later, options)(),
    needs: { everyMs: 1_000 },
    takes: { everyMs: ms(1), onError: no },
  },
  Pump: {
    call: (options) => new kit.Pump(options),
    needs: { turn: async () => 0, onError: nothing },
    takes: { turn: no, onError: no, errorPauseMs: ms(1) },
  },
  Opened: {
    call: (options) => new kit.Opened(options),
    needs: { open: async () => ({}), close: later },
    takes: { open: no, close: no },
  },
  PendingRequests: {
    call: (options) => new kit.PendingRequests(options),
    needs: { maxBytes: 1_000, send: () => undefined, cancel: () => undefined },
    takes: { maxBytes: whole(1), send: no, cancel: no },
  },
  Answering: {
    call: (options) => new kit.Answering(options),
    needs: { service: 'shop', answer: async () => undefined, maxBytes: 1_000, onError: () => undefined },
    takes: { service: text, answer: no, maxBytes: whole(1), onError: no },
  },
  'Subscriptions.open': {
    call: (options) => new kit.Subscriptions().open(options).close(),
    needs: { next: later, receive: later, onError: nothing, pollMs: 1_000 },
    takes: { next: no, receive: no, onError: no, pollMs: ms(1) },
  },
};

/** What a call throws or rejects with. */
async function failureOf({ call, needs }: Pick<Subject, 'call' | 'needs'>, options: unknown): Promise<unknown> {
  try {
    await call((object(options) ? { ...needs, ...(options as object) } : options) as never);
    return undefined;
  } catch (error) {
    return error;
  }
}

function saying(text: RegExp): unknown {
  return expect.objectContaining({
    name: 'SetupError',
    code: expect.stringMatching(/^INVALID_(?:SETUP|CONTRACT|REGISTRATION)$/),
    message: expect.stringMatching(text),
  });
}

const options = Object.entries(subjects).flatMap(([name, subject]) =>
  Object.entries(subject.takes).map(([option, takes]) => ({ name, subject, option, takes })),
);

describe('every option of every function', () => {
  it.each(options)('is only what it may be: `$option` of $name', async ({ subject, option, takes }) => {
    for (const value of hostile) {
      const failure = await failureOf(subject, { [option]: value });
      const problem = saying(new RegExp(`\\b${option}\\b`));
      if (takes(value)) expect({ value, failure }).not.toEqual({ value, failure: problem });
      else expect({ value, failure }).toEqual({ value, failure: problem });
    }
  });

  it.each(options)('has its default where it is undefined: `$option` of $name', async ({ subject, option }) => {
    const failure = await failureOf(subject, { [option]: undefined });
    if (subject.needs?.[option] !== undefined) expect(failure).toEqual(saying(new RegExp(option)));
    else expect(failure).toBeUndefined();
  });
});

describe('options', () => {
  const whole = Object.entries(subjects).filter(([name]) => name !== 'the other options of on(…)');

  it.each(whole)('have no other names: %s', async (_name, subject) => {
    const [first = ''] = Object.keys(subject.takes);
    const failure = await failureOf(subject, { [`${first}s`]: 1 });
    expect(failure).toEqual(saying(new RegExp(`\`${first}s\` is not an option\\. Did you mean \`${first}\`\\?`)));
  });

  it.each(whole)('are an object: %s', async (_name, subject) => {
    for (const value of [null, 5, 'text', true, [], () => undefined]) {
      const failure = await failureOf({ call: subject.call }, value);
      expect({ value, failure }).toEqual({ value, failure: saying(/ (?:is|are) .*, but must be an object/) });
    }
  });
});

/** The functions without options, by the reason. */
const without = {
  'an error that throws another would hide itself':
    'AnywiseError DomainError HttpProblem ProblemError InvalidMessageError ListenersFailedError RefusedError SetupError StreamConflictError TerminalError',
  'a base class or a token': 'Command Entities Event Query PostgresTransaction SqlTransaction SqliteTransaction',
  'what it is given are messages, classes and values':
    'actionBy concurrent contract decider projected flow flowOf routesIn mermaidFlow mermaidContainers handles methods notFound parseEnvelope sequential toEnvelopes token type connectTopology connectTransport inversify memorySink casesFor eventually fakeClock fixed inTempFolder recordingBus story testContext testEntry testEnvelope shownUrl shownValue',
  'it checks the options of others':
    'checkOptions messageBytesCheck milliseconds ofType oneOf text wholeNumber withDefaults',
  'it has no options, or works inside a store or a transport':
    'heldBack shortVersionOf textIn Mutex Waiters Watchers answerTo backoff assertOwner batchesWithin boundedCount checkStatement countWithin deadGroupsOf deadState decideRetry failuresOf holderName holdsUp inboxStatusOf isAlive isDeadHolder isWantedBy keyOf laneOf connectionLost declareCapabilities noResponder orderKey projectionStatus publishTogether queryWrote readEnvelope readStored readStoredEnvelope sagaIn sleep startInterval startTimer stepIn usedAfterEnd versionOf whileFull writeEnvelopes',
};

describe('the table of options', () => {
  const entries = {
    root,
    kit,
    guards,
    memory,
    sqlite,
    postgres,
    nats,
    rabbitmq,
    inversify,
    client,
    docs,
    express,
    fastify,
    hono,
    sinks,
    connect,
    testing,
  };

  it.each(Object.entries(entries))('has every function of %s', (_entry, exported) => {
    const functions = Object.entries(exported).filter(([, value]) => typeof value === 'function');
    const known = [...Object.keys(subjects), ...Object.values(without)].join(' ');
    const missing = functions.map(([name]) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(known));
    expect(missing).toEqual([]);
  });
});
