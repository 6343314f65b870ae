import assert from 'node:assert/strict';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import {
  append,
  cancel,
  claim,
  deadLetters,
  entry,
  finish,
  ids,
  relayLease,
  schedule,
  sendableIds,
  settle,
  upTo,
} from './steps.js';

/** Texts that hold no envelope. */
const damaged: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '5',
  '"text"',
  '{}',
  '{"id":5,"type":{}}',
  '[['.repeat(5_000),
];

/** What happens to rows whose envelope was damaged in the database, or changed by hand. */
export const damageCases: readonly StoreCase[] = [
  {
    id: 'damage-inbox',
    behaviour: 'hands out a message whose envelope was damaged as it is, and the others with it',
    needs: ['canBeDamaged'],
    run: async ({ store, damage }) => {
      await store.inbox.add([...damaged.map((_, n) => entry(`bad${n}`, `k${n}`)), entry('good'), entry('later', 'k0')]);
      for (const [n, text] of damaged.entries()) await damage?.('inbox', `bad${n}`, text);
      const claims = await claim(store, { limit: 100 });
      same(ids(claims), [...damaged.map((_, n) => `bad${n}`), 'good']);
      for (const [n, text] of damaged.entries()) assert.equal(claims[n]?.json, text);
      for (const bad of claims.slice(0, -1)) {
        await store.inbox.fail(bad, { outcome: 'dead', onDead: 'skip', error: 'unreadable' });
      }
      same(
        (await deadLetters(store)).map(({ json }) => json),
        damaged,
      );
      same(ids(await claim(store)), ['later']);
    },
  },
  {
    id: 'damage-inbox-missing',
    behaviour: 'says of a message whose envelope is gone that it is, and hands out the others with it',
    needs: ['canBeDamaged'],
    run: async ({ store, damage }) => {
      await store.inbox.add([entry('bad'), entry('good')]);
      await damage?.('inbox', 'bad', null);
      const [bad, good] = await claim(store);
      same([bad?.id, bad?.json, good?.id, good?.error], ['bad', '', 'good', undefined]);
      assert.match(bad?.error ?? '', /missing/);
      assert.ok(bad !== undefined && good !== undefined);
      await store.inbox.fail(bad, { outcome: 'dead', onDead: 'park', error: String(bad.error) });
      assert.equal(await finish(store, good), true);
      const [letter] = await deadLetters(store);
      same([letter?.id, letter?.json], ['bad', '']);
      assert.equal(
        await store.deadLetters.edit({ listener: 'listener', source: '/test', id: 'bad' }, '"mended"'),
        true,
      );
      await store.deadLetters.replay({});
      same(
        (await claim(store)).map(({ json, error }) => ({ json, error })),
        [{ json: '"mended"', error: undefined }],
      );
    },
  },
  {
    id: 'damage-outbox',
    behaviour: 'shows an event whose envelope was damaged as unreadable, with its key, and hands out the others',
    needs: ['canBeDamaged'],
    run: async ({ store: writer, again, damage }) => {
      const bad = damaged.map((_, n) => `bad${n}`);
      await append(writer, [...bad, 'good']);
      await append(writer, ['a1', 'a2', 'b1'], (id) => id.slice(0, 1));
      for (const [n, text] of damaged.entries()) await damage?.('outbox', `bad${n}`, text);
      await damage?.('outbox', 'a1', '{');
      // A store may still know what was committed through it.
      const store = await again();
      const { rows } = await store.outbox.sendable(100);
      same(
        rows.map((row) => (row.envelope === undefined ? row.unreadable : row.envelope.id)),
        [...damaged, 'good', '{', 'a2', 'b1'],
      );
      const unreadable = rows.filter((row) => row.envelope === undefined);
      same(
        unreadable.map(({ key }) => key),
        [...damaged.map(() => undefined), 'a'],
      );
      assert.ok(unreadable.every(({ reason }) => reason !== ''));

      const parked = unreadable.map(({ seq, reason }) => ({ seq, outcome: 'parked' as const, error: reason }));
      assert.equal(await store.outbox.settle(await relayLease(store, 'a'), parked), true);
      same(await sendableIds(store, 100), ['good', 'b1']);
      const shown = await store.parked.list(100);
      same(
        shown.map(({ id, json }) => [id, json]),
        [...damaged.map((text, n) => [`bad${n}`, text]), ['a1', '{']],
      );
      assert.ok(shown.every(({ envelope, error }) => envelope === undefined && error !== ''));
      assert.equal(await store.parked.discard('a1'), true);
      same(await sendableIds(store, 100), ['good', 'a2', 'b1']);
      await store.close();
    },
  },
  {
    id: 'damage-scheduled',
    behaviour: 'lets a scheduled message be cancelled whose envelope was damaged, and others become due',
    needs: ['canBeDamaged'],
    run: async ({ store, damage }) => {
      for (const n of upTo(3)) await schedule(store, `s${n}`, { delayMs: n === 2 ? 3_600_000 : 0 });
      await damage?.('outbox', 's0', '{');
      await damage?.('outbox', 's2', '{');
      same(
        (await store.scheduled.list(10)).map(({ id, envelope }) => [id, envelope?.id]),
        [
          ['s0', undefined],
          ['s1', 's1'],
          ['s2', undefined],
        ],
      );
      assert.equal(await cancel(store, 's2'), true);
      same(await sendableIds(store), ['unreadable', 's1']);
      await settle(store, await relayLease(store, 'a'), { s1: { outcome: 'confirmed' } });
      same(await sendableIds(store), ['unreadable']);
    },
  },
];
