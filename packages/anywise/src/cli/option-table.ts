export interface Option {
  /** The name of its value, if it takes one. `path` names a file. */
  readonly value?: string;
  /** The only values that it may have. */
  readonly values?: readonly string[];
  /** It may be given several times. */
  readonly many?: true;
  readonly text: string;
}

/** Every option, and what it does. */
export const optionTable = {
  store: { value: 'url', text: 'where the stores are; default: $ANYWISE_STORE, else `sqlite:<workspace>/.anywise`' },
  service: { value: 'name', text: 'whose store; needed if there are several' },
  json: { text: 'print one JSON document' },
  help: { text: 'print this help; also `-h`' },
  id: { value: 'id', text: 'the message with this id' },
  name: { value: 'name', text: 'the projection, or sagas, with this name' },
  version: { value: 'number', text: 'this version of the projection' },
  stream: { value: 'name', text: 'events of this stream, such as `todos.todo/t-1`' },
  listener: { value: 'name', text: 'dead letters of this listener' },
  source: { value: 'uri', text: 'dead letters from this sender, such as `/payments`' },
  type: { value: 'name', text: 'messages with this wire name' },
  error: { value: 'text', text: 'dead letters whose error contains this text, ignoring case' },
  'older-than': { value: 'age', text: 'dead letters at least this old: `90s`, `10m`, `2h`, `7d`' },
  key: { value: 'key', text: 'the saga with this key' },
  status: {
    value: 'status',
    values: ['early', 'running', 'ended'],
    text: 'sagas that are `early`, `running` or `ended`',
  },
  all: { text: 'all of them; cannot be combined with the above' },
  limit: { value: 'number', text: 'the most to show; default: 50' },
  after: { value: 'seq', text: 'continue after this `seq`, that of the last one seen' },
  before: { value: 'seq', text: 'continue with what is older than this `seq`, that of the last one seen' },
  data: { value: 'json', text: 'the new data' },
  'data-file': { value: 'path', text: 'a file with the new data; `-` reads the standard input' },
  envelope: { text: 'replace the whole envelope, not only `data`' },
  replay: { text: 'replay it at once' },
  module: {
    value: 'path',
    many: true,
    text: 'the file that exports the bus, or what a service is made of; may be repeated',
  },
  transport: { value: 'url', text: 'the transport; default: $ANYWISE_TRANSPORT, else `sqlite:.anywise/bus.db`' },
  apply: { text: 'make what is missing' },
  unused: { text: 'list what is kept for services of which no instance reads' },
  other: {
    value: 'name',
    many: true,
    text: 'a service without a module, whose queue is looked at as well; may be repeated',
  },
  'dry-run': { text: 'list what would be done, and change nothing' },
  yes: { text: 'do not ask' },
  port: { value: 'number', text: 'where it listens on this machine; default: $DASHBOARD_PORT, else 3000; 0 takes any' },
  'read-only': { text: 'changes nothing: no replay, no edit, no discard' },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof optionTable;

/** The options of every action. */
export const commonOptions = ['json', 'help'] as const satisfies readonly OptionName[];

/** The options of every action that opens a store. */
export const storeOptions = ['store', 'service', ...commonOptions] as const satisfies readonly OptionName[];
