import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { contract } from '../core/message/contract.js';
import { event } from '../core/message/declare.js';
import { type } from '../core/message/schema.js';
import { on } from '../core/registry/on.js';
import { memoryBroker } from '../memory/transport.js';
import { startBus } from '../test-support/start-bus.js';
import { testEntry, testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { defaultDriver } from './client.js';
import { sqliteStore } from './store.js';

class Paid extends event('payments.paid', { data: type<{ readonly n: number }>(), entityId: () => '' }) {}
const contracts = [contract('payments', { Paid })];

/** Bytes that are no UTF-8, text without an end, a hole, and far too deep. */
const damages = [`CAST(X'FF00FE22' AS TEXT)`, `substr(envelope, 1, 20)`, `''`, `printf('%.*c', 20000, '[')`];

function envelope(id: string, n: number) {
  return testEnvelope({ id, source: '/payments', type: Paid.type, time: new Date().toISOString(), data: { n } });
}

/** A store whose file holds good messages beside damaged ones. */
async function fill(path: string): Promise<void> {
  const store = sqliteStore({ path });
  await store.check();
  const ids = damages.flatMap((_, at) => [`bad${at}`, `good${at}`]);
  const transaction = store.begin({ readOnly: false });
  const outgoing = ids.map((id, n) => envelope(`out-${id}`, n));
  const incoming = ids.map((id, n) => {
    const { source, type } = envelope(id, n);
    return testEntry({ listener: 'mail', source, id, type, json: JSON.stringify(envelope(id, n)) });
  });
  await transaction.append({ outgoing, incoming });
  await transaction.commit();
  await store.close();
  const client = (await defaultDriver())(path);
  for (const [at, damage] of damages.entries()) {
    client.exec(`UPDATE anywise_inbox SET envelope = ${damage} WHERE id = 'bad${at}'`);
    client.exec(`UPDATE anywise_outbox SET envelope = ${damage} WHERE id = 'out-bad${at}'`);
  }
  client.close();
}

describe('a store whose file was damaged', () => {
  it('buries and parks what cannot be read, and handles and sends the rest', () =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'payments.db');
      await fill(path);
      const heard: number[] = [];
      const store = sqliteStore({ path });
      const listener = on(Paid)
        .named('mail')
        .listen(({ n }) => void heard.push(n));
      const transport = memoryBroker().connect();
      await using bus = await startBus({ name: 'payments', contracts, items: [listener], store, transport });
      await eventually(() => expect([...heard].sort()).toEqual([1, 3, 5, 7]));
      await eventually(async () => expect(await bus.deadLetters.count()).toBe(damages.length));
      await eventually(async () =>
        expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 }, parked: { count: 4 } }),
      );
      const letters = await bus.deadLetters.list();
      const parked = await store.parked.list(10);
      expect(letters.map(({ json, attempts }) => [json.slice(0, 19), attempts])).toEqual(
        parked.map(({ json, attempts }) => [json.slice(0, 19), attempts]),
      );
      expect(
        [...letters, ...parked].every(({ error }) => error.includes('cannot be read') || error.includes('JSON')),
      ).toBe(true);
    }));
});
