// What is compared, and what each has to hold.

/** @typedef {'send' | 'durable'} CaseName */

/**
 * @typedef {object} Variant
 * @property {string} name
 * @property {string} what
 * @property {boolean} [isInstrumented] whether the bus has `otel()`
 * @property {number} [sampled] the share of traces that an SDK records; without it there is no SDK
 * @property {boolean} [knowsContext] whether the process knows which span it is in, by AsyncLocalStorage
 * @property {boolean} [isMeasured] whether metrics are recorded too
 * @property {string} [base] what it is compared with; `plain` if absent
 * @property {Readonly<Partial<Record<CaseName, number>>>} [limits] the most that a message may cost, times that of the base
 */

/** @type {readonly CaseName[]} */
export const caseNames = ['send', 'durable'];

/**
 * The library of another commit, without `instrumentation`: only with `--before`.
 *
 * @type {Variant}
 */
export const before = { name: 'before', what: 'another commit of the library' };

const all = { isInstrumented: true, sampled: 1 };

/** @type {readonly Variant[]} */
export const variants = [
  { name: 'plain', what: 'no `instrumentation`' },
  { name: 'unrecorded', what: '`otel()`, no SDK', isInstrumented: true, limits: { send: 1.1, durable: 1.1 } },
  { name: 'spans', what: 'every trace is recorded, without a context manager', ...all, limits: { durable: 1.25 } },
  { name: 'context', what: 'a context manager, and no `instrumentation`', sampled: 1, knowsContext: true },
  {
    name: 'sampled',
    what: 'with both, 1 % of the traces is recorded',
    ...all,
    sampled: 0.01,
    knowsContext: true,
    base: 'context',
  },
  {
    name: 'recorded',
    what: 'with both, every trace is',
    ...all,
    knowsContext: true,
    base: 'context',
    limits: { durable: 1.25 },
  },
  { name: 'measured', what: 'metrics are, too', ...all, knowsContext: true, isMeasured: true, base: 'context' },
];
