/** A folder of the source, and what it may import. */
export interface Room {
  /** Its name in this table. */
  readonly name: string;
  /** The folder, seen from `src`. */
  readonly folder: string;
  readonly holds: string;
  /** The rooms whose files it may import, besides its own. */
  readonly imports: readonly string[];
  /** The rooms that it loads only when they are asked for, by `import()`. */
  readonly loads?: readonly string[];
}

const core = [
  'time',
  'errors',
  'message',
  'ports',
  'kit',
  'entities',
  'sagas',
  'projections',
  'registry',
  'delivery',
  'dispatch',
  'bus',
];
const before = (room: string): readonly string[] => core.slice(0, core.indexOf(room));

/**
 * Who may import whom. A room of the core imports only rooms before it. An entry, which users import as `anywise/<name>`,
 * knows of the core only what it implements or needs.
 */
export const rooms: readonly Room[] = [
  {
    name: 'time',
    folder: 'core/time',
    holds: 'timers and pauses of any length, and signals to give up',
    imports: before('time'),
  },
  {
    name: 'errors',
    folder: 'core/errors',
    holds: 'what can go wrong: the codes, the classes, and a text for whatever was thrown',
    imports: before('errors'),
  },
  {
    name: 'message',
    folder: 'core/message',
    holds: 'what is said: messages, contracts, the context, the envelope and its codec',
    imports: before('message'),
  },
  {
    name: 'ports',
    folder: 'core/ports',
    holds:
      'what adapters implement, with its guarantees: store, transport, topology, sink, container, logger, observer',
    imports: before('ports'),
  },
  {
    name: 'kit',
    folder: 'kit',
    holds: 'what stores and transports are made with, ours and those of others',
    imports: before('kit'),
  },
  {
    name: 'entities',
    folder: 'core/entities',
    holds: 'what is rebuilt from its events: entities, and how handlers load them',
    imports: before('entities'),
  },
  {
    name: 'sagas',
    folder: 'core/sagas',
    holds: 'processes that wait: how they are declared, and what each message does to them',
    imports: before('sagas'),
  },
  {
    name: 'projections',
    folder: 'core/projections',
    holds: 'what is made from events for queries: projections, and how they are filled',
    imports: before('sagas'),
  },
  {
    name: 'registry',
    folder: 'core/registry',
    holds: 'what a slice registers: handlers, listeners, guards, and how they find their messages',
    imports: before('registry'),
  },
  {
    name: 'delivery',
    folder: 'core/delivery',
    holds: 'the durable way: relay, intake, worker',
    imports: before('delivery'),
  },
  {
    name: 'dispatch',
    folder: 'core/dispatch',
    holds: 'one message to its code: send, publish, enqueue, deliver, and the unit of work',
    imports: before('dispatch'),
  },
  {
    name: 'bus',
    folder: 'core/bus',
    holds: 'the public object `Anywise` and its life cycle',
    imports: [...before('bus'), 'memory'],
  },
  {
    name: 'memory',
    folder: 'memory',
    holds: 'store and transport of one process, for tests',
    imports: before('entities'),
  },
  {
    name: 'sqlite',
    folder: 'sqlite',
    holds: 'store and transport of one machine, in SQLite files',
    imports: before('entities'),
  },
  {
    name: 'postgres',
    folder: 'postgres',
    holds: 'store and transport of many machines, in PostgreSQL',
    imports: before('entities'),
  },
  {
    name: 'nats',
    folder: 'nats',
    holds: 'transport of many machines, over NATS JetStream',
    imports: before('entities'),
  },
  {
    name: 'rabbitmq',
    folder: 'rabbitmq',
    holds: 'transport of many machines, over RabbitMQ',
    imports: before('entities'),
  },
  {
    name: 'contract',
    folder: 'contract',
    holds: 'messages and contracts for browsers: nothing in it needs Node',
    imports: ['time', 'errors', 'message'],
  },
  {
    name: 'guards',
    folder: 'guards',
    holds: 'ready guards: log, time limits, places, rates, permissions',
    imports: ['time', 'errors', 'message', 'ports', 'registry'],
  },
  { name: 'sinks', folder: 'sinks', holds: 'sinks: a file, a webhook, memory', imports: before('entities') },
  { name: 'otel', folder: 'otel', holds: 'traces and metrics by OpenTelemetry', imports: before('entities') },
  { name: 'inversify', folder: 'inversify', holds: 'the Inversify container', imports: ['errors', 'message', 'ports'] },
  {
    name: 'http',
    folder: 'http',
    holds: 'what HTTP routes over a bus have in common, whatever the framework',
    imports: ['time', 'errors', 'message'],
  },
  { name: 'express', folder: 'express', holds: 'HTTP routes for Express', imports: ['errors', 'message', 'http'] },
  { name: 'fastify', folder: 'fastify', holds: 'HTTP routes for Fastify', imports: ['errors', 'message', 'http'] },
  { name: 'hono', folder: 'hono', holds: 'HTTP routes for Hono', imports: ['errors', 'message', 'http'] },
  {
    name: 'client',
    folder: 'client',
    holds: 'a client of HTTP routes, for browsers and Node',
    imports: ['time', 'errors', 'message'],
  },
  {
    name: 'docs',
    folder: 'docs',
    holds: 'documents made from contracts, wiring and routes',
    imports: ['errors', 'message', 'bus'],
  },
  {
    name: 'connect',
    folder: 'connect',
    holds: 'a store or a transport by its URL',
    imports: ['errors', 'ports'],
    loads: ['memory', 'sqlite', 'postgres', 'nats', 'rabbitmq'],
  },
  {
    name: 'cli',
    folder: 'cli',
    holds: 'the command `anywise`',
    imports: ['errors', 'message', 'ports', 'kit', 'projections', 'registry', 'bus', 'connect', 'sqlite', 'postgres'],
  },
  {
    name: 'testing',
    folder: 'testing',
    holds: 'what tests of users and of adapters need, the contract suites included',
    imports: [...core, 'memory'],
    loads: ['sqlite'],
  },
];
