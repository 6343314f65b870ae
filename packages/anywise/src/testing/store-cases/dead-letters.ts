import assert from 'node:assert/strict';
import { testEntry } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { DeadLetterFilter } from '../../core/ports/dead-letters.js';
import type { Claim } from '../../core/ports/inbox.js';
import type { Store } from '../../core/ports/store.js';
import type { StoreCase } from '../store-case.js';
import { claim, claimOne, deadLetters, endLease, entry, finish, ids, makeDead, upTo } from './steps.js';

/** Four dead letters and a waiting message; each filter below matches some of them. */
async function makeSome(store: Store): Promise<void> {
  await makeDead(store, { id: 'm1', key: 'a', type: 'test.paid' }, { error: 'Error: card DECLINED' });
  await makeDead(store, { id: 'm2', type: 'test.paid' }, { onDead: 'skip', error: 'TypeError: 100%_sure' });
  await makeDead(store, { id: 'm1', listener: 'other', type: 'test.paid' }, { onDead: 'block', error: 'timeout' });
  await store.inbox.add([testEntry({ id: 'm3', type: 'test.lost', error: 'not JSON' }), entry('waits', 'a')]);
}

const filters: readonly (readonly [filter: DeadLetterFilter, found: readonly string[]])[] = [
  [{}, ['listener/m1', 'listener/m2', 'other/m1', 'listener/m3']],
  [{ id: 'm1' }, ['listener/m1', 'other/m1']],
  [{ listener: 'listener' }, ['listener/m1', 'listener/m2', 'listener/m3']],
  [{ type: 'test.lost' }, ['listener/m3']],
  [{ error: 'declined' }, ['listener/m1']],
  [{ error: 'ERROR' }, ['listener/m1', 'listener/m2']],
  [{ error: '%_s' }, ['listener/m2']],
  [{ error: '%s' }, []],
  [{ olderThanMs: 3_600_000 }, []],
  [{ olderThanMs: 0 }, ['listener/m1', 'listener/m2', 'other/m1', 'listener/m3']],
  [{ listener: 'listener', type: 'test.paid', error: 'sure' }, ['listener/m2']],
  [{ listener: 'other', id: 'm2' }, []],
  [{ id: 'waits' }, []],
];

/** Listing, replaying, editing and discarding dead letters. */
export const deadLetterCases: readonly StoreCase[] = [
  {
    id: 'dead-up-to',
    behaviour: 'leaves out what came after the last dead letter that was seen',
    run: async ({ store }) => {
      await makeDead(store, { id: 'seen', key: 'a' });
      const [seen] = await deadLetters(store);
      await makeDead(store, { id: 'later', key: 'b' });
      const filter = { upTo: seen?.seq };
      same([await store.deadLetters.count(filter), await store.deadLetters.count({ upTo: 0 })], [1, 0]);
      same([ids(await deadLetters(store, filter)), await store.deadLetters.replay(filter)], [['seen'], 1]);
      same(ids(await deadLetters(store)), ['later']);
    },
  },
  {
    id: 'dead-content',
    behaviour: 'shows the content, the error, the attempts and the blocked messages of a dead letter',
    run: async ({ store }) => {
      const came = testEntry({ id: 'm1', type: 'test.paid', key: 'žluť', json: '{ "text": "\\u0000 🚀" }' });
      const before = Date.now();
      await store.inbox.add([came]);
      await store.inbox.fail(await claimOne(store), { outcome: 'retry', retryInMs: 0, error: 'first' });
      const claimed = await eventually(() => claimOne(store));
      await store.inbox.fail(claimed, { outcome: 'dead', onDead: 'park', error: 'Error: no\n  at line 1' });
      const [letter] = await deadLetters(store);
      assert.ok(letter !== undefined, 'too little was found');
      const { receivedAt, diedAt, failures: _failures, ...rest } = letter;
      same(rest, { ...came, seq: claimed.seq, holdsUp: 'key', attempts: 2, error: 'Error: no\n  at line 1' });
      // The database's clock need not agree with this process's, but both tell milliseconds.
      assert.equal(
        Math.abs(receivedAt - before) < 86_400_000 && diedAt >= receivedAt && diedAt - receivedAt < 60_000,
        true,
      );
    },
  },
  {
    id: 'dead-attempts',
    behaviour: 'keeps of a dead letter what each of its last ten attempts failed with, until it is replayed',
    run: async ({ store }) => {
      const failWith = async (n: number, outcome: 'retry' | 'dead'): Promise<void> => {
        const claimed = await eventually(() => claimOne(store));
        const told = {
          error: `no ${n} \0 "`,
          thrown: { name: `Error${n}`, stack: n === 12 ? undefined : `at ${n}` },
        };
        await store.inbox.fail(
          claimed,
          outcome === 'dead' ? { outcome, onDead: 'skip', ...told } : { outcome, retryInMs: 0, ...told },
        );
      };
      const before = Date.now();
      await store.inbox.add([entry('m1'), testEntry({ id: 'unread', listener: 'other', error: 'not JSON' })]);
      const refused = await claimOne(store);
      await store.inbox.fail(refused, { outcome: 'retry', retryInMs: 0, error: 'not now', free: true });
      for (const n of upTo(11)) await failWith(n + 1, 'retry');
      await failWith(12, 'dead');
      const [letter] = await deadLetters(store, { id: 'm1' });
      const failures = letter?.failures ?? [];
      same(
        failures.map(({ attempt, name, stack }) => [attempt, name, stack]),
        upTo(10).map((n) => [n + 3, `Error${n + 3}`, n === 9 ? undefined : `at ${n + 3}`]),
      );
      assert.ok(failures.every(({ error, attempt }) => error.startsWith(`no ${attempt} `) && error.endsWith('"')));
      assert.ok(failures.every(({ at }, n) => at >= (failures[n - 1]?.at ?? before - 86_400_000)));
      same(
        (await deadLetters(store, { id: 'unread' })).map((unread) => unread.failures),
        [[]],
      );

      await store.deadLetters.replay({ id: 'm1' });
      const [attempt] = await claim(store);
      assert.ok(attempt !== undefined, 'what was replayed could not be claimed');
      await store.inbox.fail(attempt, { outcome: 'dead', onDead: 'skip', error: 'again' });
      same(
        (await deadLetters(store, { id: 'm1' })).map((again) =>
          again.failures.map(({ at: _at, ...failure }) => failure),
        ),
        [[{ attempt: 1, name: undefined, error: 'again', stack: undefined }]],
      );
    },
  },
  {
    id: 'dead-filter',
    behaviour: 'lists and counts the dead letters that match every filter, the oldest first',
    run: async ({ store }) => {
      await makeSome(store);
      for (const [filter, found] of filters) {
        const letters = await deadLetters(store, filter);
        same([filter, letters.map(({ listener, id }) => `${listener}/${id}`)], [filter, found]);
        same([filter, await store.deadLetters.count(filter)], [filter, found.length]);
      }
    },
  },
  {
    id: 'dead-age',
    behaviour: 'measures the age of a dead letter from when it was given up',
    run: async ({ store }) => {
      await makeDead(store, { id: 'old' });
      for (let isYoung = false, ageMs = 50; !isYoung; ageMs *= 2) {
        const id = `younger than ${ageMs} ms`;
        await store.inbox.add([entry(id)]);
        const claimed = await claimOne(store);
        await eventually(async () => assert.equal(await store.deadLetters.count({ id: 'old', olderThanMs: ageMs }), 1));
        const diedAfter = performance.now();
        await store.inbox.fail(claimed, { outcome: 'dead', onDead: 'park', error: 'poison' });
        const found = await store.deadLetters.count({ id, olderThanMs: ageMs });
        // On a slow machine it may be old by now: then the next attempt allows more time.
        isYoung = performance.now() - diedAfter < ageMs;
        assert.equal(isYoung && found > 0, false, 'its age was told from when it came');
      }
    },
  },
  {
    id: 'dead-pages',
    behaviour: 'lists dead letters page by page, each exactly once, even if some are removed meanwhile',
    run: async ({ store }) => {
      await store.inbox.add(upTo(7).map((n) => testEntry({ id: `m${n}`, error: 'unreadable' })));
      const seen: string[] = [];
      for (let after: number | undefined; ;) {
        const page = await store.deadLetters.list({ listener: 'listener' }, { limit: 3, after });
        seen.push(...ids(page));
        after = page.at(-1)?.seq;
        if (after === undefined) break;
        await store.deadLetters.discard({ id: 'm1' });
      }
      same(
        seen,
        upTo(7).map((n) => `m${n}`),
      );
    },
  },
  {
    id: 'dead-replay',
    behaviour: 'makes a replayed dead letter due again, with all its attempts restored',
    run: async ({ store }) => {
      await makeDead(store, { id: 'm1', json: '"as it came"' });
      assert.equal(await store.deadLetters.replay({ id: 'm1' }), 1);
      const again = await claimOne(store);
      same({ id: again.id, attempt: again.attempt, json: again.json }, { id: 'm1', attempt: 1, json: '"as it came"' });
      assert.equal(await store.deadLetters.count({}), 0);
      assert.equal(await store.deadLetters.replay({ id: 'm1' }), 0);
      assert.equal(await finish(store, again), true);
    },
  },
  {
    id: 'dead-replay-told',
    behaviour: 'tells of a claim that its message was replayed, until an attempt has counted',
    run: async ({ store }) => {
      const claimed = async (): Promise<Claim> => eventually(() => claimOne(store));
      const retry = { outcome: 'retry', retryInMs: 0, error: 'not yet' } as const;
      await store.inbox.add([entry('m1')]);
      const first = await claimOne(store);
      assert.equal(first.isReplayed ?? false, false);
      await store.inbox.fail(first, { outcome: 'dead', onDead: 'park', error: 'poison' });
      await store.deadLetters.replay({ id: 'm1' });
      const given = await claimed();
      await store.inbox.release([given]);
      const refused = await claimed();
      await store.inbox.fail(refused, { ...retry, free: true });
      const lost = await claimed();
      await endLease(store, lost);
      const suspect = await claimed();
      await store.inbox.fail(suspect, retry);
      const later = await claimed();
      same(
        [given, refused, lost, suspect, later].map(({ isReplayed = false }) => isReplayed),
        [true, true, true, true, false],
      );
      assert.equal(await finish(store, later), true);
    },
  },
  {
    id: 'dead-replay-order',
    behaviour: 'preserves the order of its key when a dead letter is replayed',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('a3', 'a')]);
      await store.inbox.fail(await claimOne(store), { outcome: 'dead', onDead: 'park', error: 'poison' });
      await store.deadLetters.replay({});
      for (const id of ['a1', 'a2', 'a3']) {
        const claims = await claim(store);
        same(ids(claims), [id]);
        for (const claimed of claims) await finish(store, claimed);
      }
    },
  },
  {
    id: 'dead-replay-behind',
    behaviour: 'queues later messages behind a skipped one that is replayed',
    run: async ({ store }) => {
      await makeDead(store, { id: 'a1', key: 'a' }, { onDead: 'skip' });
      await store.inbox.add([entry('a2', 'a')]);
      await store.deadLetters.replay({});
      same(ids(await claim(store)), ['a1']);
    },
  },
  {
    id: 'dead-replay-filter',
    behaviour: 'replays only the dead letters that match every filter',
    run: async ({ store }) => {
      await makeSome(store);
      assert.equal(await store.deadLetters.replay({ type: 'test.paid', error: 'declined' }), 1);
      assert.equal(await store.deadLetters.replay({ error: 'no such error' }), 0);
      same(ids(await deadLetters(store)), ['m2', 'm1', 'm3']);
      assert.equal(await store.deadLetters.replay({}), 3);
      same(ids(await claim(store, { listeners: ['listener', 'other'] })), ['m1', 'm2', 'm1', 'm3']);
    },
  },
  {
    id: 'dead-replay-block',
    behaviour: 'resumes a blocked listener, in order, when its dead letter is replayed',
    run: async ({ store }) => {
      await makeDead(store, { id: 'm1' }, { onDead: 'block' });
      await store.inbox.add([entry('m2')]);
      same(await claim(store), []);
      await store.deadLetters.replay({ listener: 'listener' });
      same(ids(await claim(store)), ['m1', 'm2']);
    },
  },
  {
    id: 'dead-again',
    behaviour: 'shows the latest error of a dead letter that failed again after a replay',
    run: async ({ store }) => {
      await makeDead(store, { id: 'm1' }, { error: 'first' });
      await store.deadLetters.replay({});
      await store.inbox.fail(await claimOne(store), { outcome: 'dead', onDead: 'skip', error: 'second' });
      same(
        (await deadLetters(store)).map(({ error, attempts }) => ({ error, attempts })),
        [{ error: 'second', attempts: 1 }],
      );
    },
  },
  {
    id: 'dead-replay-race',
    behaviour: 'loses and repeats nothing when messages are claimed during a replay',
    run: async ({ store }) => {
      const all = upTo(60).map((n) => testEntry({ id: `m${n}`, key: `k${n % 6}`, error: 'unreadable' }));
      await store.inbox.add(all);
      const done: string[] = [];
      const replay = async (): Promise<void> => {
        for (const id of ids(all)) await store.deadLetters.replay({ id });
      };
      const work = (): Promise<void> =>
        eventually(async () => {
          for (const claimed of await claim(store)) if (await finish(store, claimed)) done.push(claimed.id);
          same([...done].sort(), ids(all).sort());
        });
      await Promise.all([replay(), replay(), work(), work()]);
      same(await claim(store), []);
    },
  },
  {
    id: 'dead-edit',
    behaviour: 'replaces the envelope of a dead letter and keeps the original, however often it is edited',
    run: async ({ store }) => {
      await makeDead(store, { id: 'm1', key: 'a', json: '"came"' });
      const letter = { listener: 'listener', source: '/test', id: 'm1' };
      assert.equal((await deadLetters(store))[0]?.original, undefined);
      assert.equal(await store.deadLetters.edit(letter, '"once"'), true);
      assert.equal(await store.deadLetters.edit(letter, '"twice"'), true);
      same(
        (await deadLetters(store)).map(({ json, original, key }) => ({ json, original, key })),
        [{ json: '"twice"', original: '"came"', key: 'a' }],
      );
      await store.deadLetters.replay({});
      const claimed = await claimOne(store);
      assert.equal(claimed.json, '"twice"');
      await store.inbox.fail(claimed, { outcome: 'dead', onDead: 'skip', error: 'still' });
      assert.equal((await deadLetters(store))[0]?.original, '"came"');
    },
  },
  {
    id: 'dead-edit-over',
    behaviour: 'of two who edit one dead letter at once, tells the later one that it is another by now',
    run: async ({ store }) => {
      await makeDead(store, { id: 'm1', json: '"came"' });
      const [letter] = await deadLetters(store);
      assert.ok(letter !== undefined, 'there is no dead letter');
      const edit = (json: string): Promise<boolean> => store.deadLetters.edit(letter, json, undefined, letter.json);
      const edited = await Promise.all([edit('"one"'), edit('"two"')]);
      same(edited.sort(), [false, true]);
      const [now] = await deadLetters(store);
      assert.equal(await store.deadLetters.edit(letter, '"three"', undefined, now?.json), true);
      assert.equal(await edit('"four"'), false);
      same(
        (await deadLetters(store)).map(({ json, original }) => ({ json, original })),
        [{ json: '"three"', original: '"came"' }],
      );
    },
  },
  {
    id: 'dead-sources',
    behaviour: 'tells dead letters of two sources apart that have one id',
    run: async ({ store }) => {
      const dead = ['/a', '/b'].map((source) => testEntry({ id: 'm1', source, json: '"came"', error: 'unreadable' }));
      await store.inbox.add(dead);
      assert.equal(await store.deadLetters.edit({ listener: 'listener', source: '/b', id: 'm1' }, '"edited"'), true);
      same(
        (await deadLetters(store, { id: 'm1' })).map(({ source, json }) => ({ source, json })),
        [
          { source: '/a', json: '"came"' },
          { source: '/b', json: '"edited"' },
        ],
      );
      assert.equal(await store.deadLetters.count({ source: '/a' }), 1);
      assert.equal(await store.deadLetters.discard({ id: 'm1', source: '/a' }), 1);
      assert.equal(await store.deadLetters.replay({ id: 'm1', source: '/b' }), 1);
      same(
        (await claim(store)).map(({ source, json }) => ({ source, json })),
        [{ source: '/b', json: '"edited"' }],
      );
    },
  },
  {
    id: 'dead-edit-only',
    behaviour: 'edits only the named dead letter',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1', json: '"waits"' })]);
      await makeDead(store, { id: 'm1', listener: 'other', json: '"came"' });
      assert.equal(
        await store.deadLetters.edit({ listener: 'listener', source: '/test', id: 'm1' }, '"edited"'),
        false,
      );
      assert.equal(
        await store.deadLetters.edit({ listener: 'listener', source: '/test', id: 'unknown' }, '"edited"'),
        false,
      );
      assert.equal((await claimOne(store)).json, '"waits"');
      assert.equal((await deadLetters(store))[0]?.json, '"came"');
    },
  },
  {
    id: 'dead-discard',
    behaviour: 'discards a dead letter for good: its key is released, and a redelivery does not revive it',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a')]);
      await store.inbox.fail(await claimOne(store), { outcome: 'dead', onDead: 'park', error: 'poison' });
      assert.equal(await store.deadLetters.discard({ id: 'a1' }), 1);
      same(ids(await claim(store)), ['a2']);
      await store.inbox.add([entry('a1', 'a')]);
      const { waiting, dead } = await store.inbox.status();
      same([waiting.count, dead.count], [0, 0]);
      assert.equal(await store.deadLetters.replay({}), 0);
    },
  },
  {
    id: 'dead-discard-filter',
    behaviour: 'discards only the dead letters that match every filter',
    run: async ({ store }) => {
      await makeSome(store);
      assert.equal(await store.deadLetters.discard({ listener: 'other', olderThanMs: 3_600_000 }), 0);
      assert.equal(await store.deadLetters.discard({ listener: 'listener', type: 'test.paid' }), 2);
      same(
        (await deadLetters(store)).map(({ listener, id }) => `${listener}/${id}`),
        ['other/m1', 'listener/m3'],
      );
    },
  },
];
