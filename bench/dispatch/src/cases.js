/**
 * One way to do a case. `run` makes its message itself, as code that uses the library does.
 *
 * @typedef {object} Way
 * @property {string} name The library, and how it is used where there are several ways.
 * @property {(n: number) => unknown} run
 * @property {boolean} [isBase] The bare call that the others are compared with.
 * @property {boolean} [givesNoReply] The library cannot tell what its handler returned.
 * @property {string} [note] What a reader has to know to compare fairly.
 */

/** @typedef {'send' | 'send3' | 'publish1' | 'publish10' | 'scoped' | 'growth'} CaseKey */

/**
 * What a file in an `adapters` folder makes: the ways of one library, for those cases that it can do.
 *
 * @typedef {Partial<Record<CaseKey, Way[]>>} Adapter
 */

/**
 * `runs` is what one message has to set going, `column` what the case is called in the table of ratios.
 *
 * @type {readonly { key: CaseKey, column?: string, title: string, runs: { handlers: number, guards: number, listeners: number } }[]}
 */
export const cases = [
  {
    key: 'send',
    column: 'send',
    title: 'Send a command to a handler that returns a value',
    runs: { handlers: 1, guards: 0, listeners: 0 },
  },
  {
    key: 'send3',
    column: '3 guards',
    title: 'The same behind 3 guards that pass everything on',
    runs: { handlers: 1, guards: 3, listeners: 0 },
  },
  {
    key: 'publish1',
    column: '1 listener',
    title: 'Publish an event to 1 listener',
    runs: { handlers: 0, guards: 0, listeners: 1 },
  },
  {
    key: 'publish10',
    column: '10 listeners',
    title: 'Publish an event to 10 listeners',
    runs: { handlers: 0, guards: 0, listeners: 10 },
  },
  {
    key: 'scoped',
    column: 'scope',
    title: 'Send in a fresh scope, to a class with 2 dependencies',
    runs: { handlers: 1, guards: 0, listeners: 0 },
  },
  {
    key: 'growth',
    title: 'Send one command, by how many message types are registered',
    runs: { handlers: 1, guards: 0, listeners: 0 },
  },
];
