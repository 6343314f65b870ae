/** Every option: the name of its value, if it takes one, and what it does. */
export const optionTable = {
  store: { value: 'url', text: 'where the stores are; default: $ANYWISE_STORE, else `sqlite:<workspace>/.anywise`' },
  service: { value: 'name', text: 'whose store; needed if there are several' },
  json: { text: 'print one JSON document' },
  help: { text: 'print this help; also `-h`' },
  id: { value: 'id', text: 'the message with this id' },
  listener: { value: 'name', text: 'dead letters of this listener' },
  source: { value: 'uri', text: 'dead letters from this sender, such as `/payments`' },
  type: { value: 'name', text: 'messages with this wire name' },
  error: { value: 'text', text: 'dead letters whose error contains this text, ignoring case' },
  'older-than': { value: 'age', text: 'dead letters at least this old: `90s`, `10m`, `2h`, `7d`' },
  all: { text: 'all of them; cannot be combined with the above' },
  limit: { value: 'number', text: 'the most to show; default: 50' },
  after: { value: 'seq', text: 'continue after this `seq`, that of the last one seen' },
  data: { value: 'json', text: 'the new data' },
  'data-file': { value: 'path', text: 'a file with the new data; `-` reads the standard input' },
  envelope: { text: 'replace the whole envelope, not only `data`' },
  replay: { text: 'replay it at once' },
  module: { value: 'path', text: 'the file that exports the bus, or what a service is made of' },
  yes: { text: 'do not ask' },
} as const satisfies Readonly<Record<string, { readonly value?: string; readonly text: string }>>;

export type OptionName = keyof typeof optionTable;

/** The options of every action. */
export const commonOptions = ['store', 'service', 'json', 'help'] as const satisfies readonly OptionName[];
