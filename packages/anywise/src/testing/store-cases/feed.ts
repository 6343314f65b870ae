import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { LoggedEvent } from '../../core/ports/event-log.js';
import type { Store } from '../../core/ports/store.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { commitAppends, fill, idsOf, loadFrom, logIn, logOf, readFeed, toAppend, written } from './log-steps.js';
import { upTo } from './steps.js';

const writers = 6;
const rounds = 25;
const streams = 4;

/** Appends, now and then to two streams at once; every seventh transaction is rolled back. */
async function write(store: Store, writer: number): Promise<readonly string[]> {
  const committed: string[] = [];
  for (const round of upTo(rounds)) {
    const id = `w${writer}r${round}`;
    const names = round % 3 === 0 ? [`own${writer}`, id] : [`s${(writer + round) % streams}`];
    const transaction = store.begin({ readOnly: false });
    try {
      for (const name of names) {
        const { events } = await logIn(transaction).load(name, { limit: 1_000 });
        await logIn(transaction).append([toAppend(name, events.at(-1)?.version ?? 0, [`${id} ${name}`])]);
      }
      if ((writer + round) % 7 === 0) await transaction.rollback();
      else if (await transaction.commit()) committed.push(...names.map((name) => `${id} ${name}`));
    } catch (error) {
      await transaction.rollback();
      assert.equal((error as { code?: unknown }).code, 'CONFLICT', String(error));
    }
  }
  return committed;
}

/** Reads on, page by page, until it has seen everything that was committed before `isOver`. */
export async function follow(store: Store, limit: number, isOver: () => boolean): Promise<readonly LoggedEvent[]> {
  const seen: LoggedEvent[] = [];
  for (let position = 0; ;) {
    const wasOver = isOver();
    const page = await logOf(store).feed(position, { limit });
    seen.push(...page.events);
    position = page.position;
    if (wasOver && page.isEnd) return seen;
    await setImmediate();
  }
}

/** Many writers, and readers that look while they write: none may miss what commits late. */
async function experiment(stores: readonly [Store, ...Store[]]): Promise<void> {
  const storeOf = (n: number): Store => stores[n % stores.length] ?? stores[0];
  let isOver = false;
  const reading = [1, 3, 10, 500].map((limit, n) => follow(storeOf(n), limit, () => isOver));
  const committed = (await Promise.all(upTo(writers).map((n) => write(storeOf(n), n)))).flat();
  isOver = true;
  const seen = await Promise.all(reading);
  const whole = idsOf(await readFeed(stores[0]));
  same([...whole].sort(), [...committed].sort());
  for (const events of seen) {
    same(idsOf(events), whole);
    assert.ok(events.every(({ position }, n) => position > (events[n - 1]?.position ?? 0)));
    const versions = new Map<string, number>();
    for (const { stream, version } of events) {
      assert.equal(version, (versions.get(stream) ?? 0) + 1, `${stream} comes in another order`);
      versions.set(stream, version);
    }
  }
}

/** The order of all events. */
const cases: readonly StoreCase[] = [
  {
    id: 'feed-order',
    behaviour: 'returns the events of all streams in one order, the events of a stream in the order of their versions',
    run: async ({ store }) => {
      for (const n of upTo(6)) await fill(store, `s${n % 2}`, 2, Math.floor(n / 2) * 2);
      const events = await readFeed(store, 0, 5);
      same(idsOf(events), [
        's0#1',
        's0#2',
        's1#1',
        's1#2',
        's0#3',
        's0#4',
        's1#3',
        's1#4',
        's0#5',
        's0#6',
        's1#5',
        's1#6',
      ]);
      same(idsOf(await readFeed(store, events[9]?.position)), ['s1#5', 's1#6']);
      same(
        (await loadFrom(store, 's1')).events,
        events.filter(({ stream }) => stream === 's1'),
      );
    },
  },
  {
    id: 'feed-end',
    behaviour: 'says where the feed ends, and stays there until more is committed',
    run: async ({ store }) => {
      same(await logOf(store).feed(0, { limit: 10 }), { events: [], position: 0, isEnd: true, isHeldUp: false });
      await fill(store, 's', 3);
      const first = await logOf(store).feed(0, { limit: 2 });
      same([first.events.length, first.isEnd], [2, false]);
      const rest = await logOf(store).feed(first.position, { limit: 2 });
      same([idsOf(rest.events), rest.isEnd], [['s#3'], true]);
      const end = await logOf(store).feed(rest.position, { limit: 2 });
      same([end.events, end.position, end.isEnd], [[], rest.position, true]);
      await fill(store, 's', 1, 3);
      same(idsOf((await logOf(store).feed(end.position, { limit: 2 })).events), ['s#4']);
    },
  },
  {
    id: 'feed-types',
    behaviour: 'leaves out events of other types, and moves past them',
    run: async ({ store }) => {
      const events = upTo(9).flatMap((n) => written([`e${n}`], n % 4 === 0 ? 'test.wanted' : 'test.other'));
      await commitAppends(store, [{ stream: 's', expected: 0, events }]);
      const types = ['test.wanted', 'test.unknown'];
      const first = await logOf(store).feed(0, { limit: 3, types });
      const second = await logOf(store).feed(first.position, { limit: 3, types });
      const third = await logOf(store).feed(second.position, { limit: 3, types });
      same(
        [first, second, third].map((page) => [idsOf(page.events), page.isEnd]),
        [
          [['e0'], false],
          [['e4'], false],
          [['e8'], true],
        ],
      );
      const none = await logOf(store).feed(0, { limit: 100, types: ['test.none'] });
      same([none.events, none.position, none.isEnd], [[], third.position, true]);
    },
  },
  {
    id: 'feed-large',
    behaviour: 'returns no more at once than a batch may hold, but at least one event',
    run: async ({ store }) => {
      const events = written(
        upTo(9).map((n) => `e${n}`),
        'test.happened',
        { text: 'x'.repeat(1_000_000) },
      );
      await commitAppends(store, [{ stream: 's', expected: 0, events }]);
      const first = await logOf(store).feed(0, { limit: 100 });
      assert.ok(first.events.length >= 1 && first.events.length <= 4, `${first.events.length} came at once`);
      assert.equal(first.isEnd, false);
      assert.equal((await readFeed(store)).length, 9);
    },
  },
  {
    id: 'feed-gap',
    behaviour: 'passes what was rolled back',
    run: async ({ store }) => {
      await fill(store, 's', 1);
      const lost = store.begin({ readOnly: false });
      await logIn(lost).append([toAppend('s', 1, ['lost'])]);
      await lost.rollback();
      await assert.rejects(commitAppends(store, [toAppend('t', 0, ['lost']), toAppend('s', 7, ['late'])]));
      await fill(store, 's', 1, 1);
      same(idsOf(await readFeed(store)), ['s#1', 's#2']);
    },
  },
  {
    id: 'feed-skips-nothing',
    behaviour: 'skips no event and changes no order, however many writers commit while it is read',
    run: async ({ store }) => experiment([store]),
  },
  {
    id: 'feed-skips-nothing-shared',
    behaviour: 'skips no event and changes no order, whichever processes write and read',
    needs: ['shared'],
    run: async ({ store, again }) => {
      const other = await again();
      try {
        await experiment([store, other]);
      } finally {
        await other.close();
      }
    },
  },
  {
    id: 'feed-watch',
    behaviour: 'notifies watchers of events that were appended',
    run: async ({ store }) => {
      let calls = 0;
      const stop = store.watch((part) => {
        if (part === undefined || part === 'log') calls++;
      });
      try {
        await fill(store, 's', 1);
        await eventually(() => assert.equal(calls >= 1, true));
      } finally {
        stop();
      }
    },
  },
];

export const feedCases: readonly StoreCase[] = cases.map(({ needs = [], ...one }): StoreCase => ({
  ...one,
  needs: ['keepsEvents', ...needs],
}));
