// Measures one store with an inbox in which many messages wait: `node backlog.js <case> <url>`. Prints what it found as JSON.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Anywise, MessageRegistry } from 'anywise';
import { connectStore } from 'anywise/connect';
import { makeMessage, now } from './message.js';
import { bench, envelopeOf } from './subjects/event.js';
import { listener, listenerName, migrations } from './subjects/path.js';
import { timed } from './timed-store.js';

/** @typedef {import('anywise').Store} Store */

/**
 * Messages a second: taken into the inbox, claimed in the time that claiming took, and handled.
 *
 * @typedef {{ readonly added: number, readonly claimed: number, readonly handled: number }} FoundBacklog
 */

/** @typedef {keyof typeof keyOf} BacklogCase */

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string', default: '1000000' }, ms: { type: 'string', default: '2000' } },
});
const [kind = '', url = ''] = positionals;
const batchSize = 5_000;
const few = 20_000;
const manyKeys = 100_000;
const rows = kind === 'none' ? few : Number(options.rows);

/** Which key message `n` has. */
const keyOf = {
  none: (/** @type {number} */ n) => String(n % manyKeys),
  many: (/** @type {number} */ n) => String(n % manyKeys),
  one: () => 'one',
};
if (!isCase(kind)) throw new Error(`There is no case \`${kind}\`. There are: ${Object.keys(keyOf).join(', ')}.`);

const { store, claims } = timed(await connectStore(url, { name: 'effects', migrations }));
await store.check();
await fill(store, keyOf[kind]);
const added = await add(store);
const { handled, ms } = await handle(store, Number(options.ms));
/** @type {FoundBacklog} */
const found = { added, claimed: (claims.count * 1_000) / claims.ms, handled: (handled * 1_000) / ms };
writeSync(process.stdout.fd, JSON.stringify(found));
process.exit();

/**
 * @param {Store} store
 * @param {(n: number) => string} keyOf
 */
async function fill(store, keyOf) {
  // Ids that grow are put in faster than others.
  const idOf = (/** @type {number} */ n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  for (let n = 0; n < rows; n += batchSize) await store.inbox.add(entries(n, keyOf, idOf));
}

/**
 * How many messages a second come into the inbox as it is now.
 *
 * @param {Store} store
 */
async function add(store) {
  const begin = now();
  for (let n = 0; n < few; n += batchSize)
    await store.inbox.add(
      entries(
        n,
        (n) => `new ${n}`,
        () => randomUUID(),
      ),
    );
  return (few * 1_000) / (now() - begin);
}

/**
 * @param {number} from
 * @param {(n: number) => string} keyOf
 * @param {(n: number) => string} idOf
 */
function entries(from, keyOf, idOf) {
  return Array.from({ length: batchSize }, (_, index) => {
    const envelope = { ...envelopeOf(makeMessage(from + index), keyOf(from + index)), id: idOf(from + index) };
    const { source, id, type, subject: key } = envelope;
    return { listener: listenerName, source, id, type, key, json: JSON.stringify(envelope) };
  });
}

/**
 * How many messages a bus handles from the first one on, until all are or time is up. Both are seen when one was handled: work on an embedded
 * database may leave the event loop no gap for a timer.
 *
 * @param {Store} store
 * @param {number} forMs
 * @returns {Promise<{ handled: number, ms: number }>}
 */
async function handle(store, forMs) {
  const registry = new MessageRegistry('effects').register(listener({ arrived: () => undefined }));
  const bus = new Anywise({ name: 'effects', contracts: [bench], registries: [registry], store });
  return new Promise((resolve, reject) => {
    let handled = 0;
    /** @type {number | undefined} */
    let begin;
    bus.observe({
      handled: () => {
        begin ??= now();
        const ms = now() - begin;
        if (++handled === rows + few || ms > forMs) resolve({ handled, ms });
      },
    });
    bus.start().catch(reject);
  });
}

/**
 * @param {string} kind
 * @returns {kind is BacklogCase}
 */
function isCase(kind) {
  return Object.hasOwn(keyOf, kind);
}
