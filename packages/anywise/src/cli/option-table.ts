/** Every option: what its value is called, where it takes one, and what it does. */
export const optionTable = {
  store: { value: 'url', text: 'where the stores are; default: $ANYWISE_STORE, else `sqlite:<workspace>/.anywise`' },
  service: { value: 'name', text: 'whose store; needed where there are several' },
  json: { text: 'print one JSON document' },
  help: { text: 'print this help; also `-h`' },
  id: { value: 'id', text: 'the message with this id' },
  listener: { value: 'name', text: 'those of this listener' },
  type: { value: 'name', text: 'messages with this wire name' },
  error: { value: 'text', text: 'those whose error contains this text, in any case' },
  'older-than': { value: 'age', text: 'those that died at least so long ago: `90s`, `10m`, `2h`, `7d`' },
  all: { text: 'all of them; not together with one of the above' },
  limit: { value: 'number', text: 'how many at most; default: 50' },
  after: { value: 'seq', text: 'go on after this one, the `seq` of the last one seen' },
  data: { value: 'json', text: 'the new data' },
  'data-file': { value: 'path', text: 'a file with the new data; `-` reads the standard input' },
  envelope: { text: 'what is given replaces the whole text and not only `data`' },
  replay: { text: 'replay it at once' },
  yes: { text: 'do not ask' },
} as const satisfies Readonly<Record<string, { readonly value?: string; readonly text: string }>>;

export type OptionName = keyof typeof optionTable;

/** What every action understands. */
export const commonOptions = ['store', 'service', 'json', 'help'] as const satisfies readonly OptionName[];
