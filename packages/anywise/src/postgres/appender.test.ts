import { expect, it } from '@jest/globals';
import { AnywiseError } from '../core/errors/errors.js';
import type { NewMessages } from '../core/ports/store.js';
import { testEnvelope } from '../testing/envelopes.js';
import { Appender, type Added } from './appender.js';
import type { Database } from './database.js';
import type { Direct } from './direct.js';
import type { Insertion } from './insertions.js';

type Answer = () => Promise<void>;

const noWay = { insertion: () => undefined } as unknown as Direct;

/** An appender over a database that keeps what it is asked to add, and answers as told. */
function appenderOver(answer: (ids: readonly string[], nth: number) => Promise<void>): {
  readonly appender: Appender;
  readonly added: string[][];
} {
  const added: string[][] = [];
  const query = async (_statement: unknown, ...ids: string[]): Promise<void> => {
    added.push(ids);
    await answer(ids, added.length);
  };
  const database = { query, queryTogether: unexpected } as unknown as Database;
  const insertion = (ids: readonly string[]): Insertion => [{ text: 'INSERT' }, ids];
  const appender = new Appender(database, ({ outgoing = [] }) => [insertion(outgoing.map(({ id }) => id))], noWay);
  return { appender, added };
}

function unexpected(): never {
  throw new Error('There is only one statement.');
}

function add(appender: Appender, id: string): Promise<Added> {
  return appender.add([{ outgoing: [testEnvelope({ id })] }]);
}

it('adds at once what arrives while something is being added, in the order of the calls', async () => {
  let finish: Answer = async () => undefined;
  const first = new Promise<void>((resolve) => (finish = async () => resolve()));
  const { appender, added } = appenderOver((_, nth) => (nth === 1 ? first : Promise.resolve()));
  const all = ['a', 'b', 'c'].map((id) => add(appender, id));
  expect(added).toEqual([['a']]);
  await finish();
  await Promise.all(all);
  expect(added).toEqual([['a'], ['b', 'c']]);
});

it('reports no success before the statement has committed', async () => {
  let finish: Answer = async () => undefined;
  const committed = new Promise<void>((resolve) => (finish = async () => resolve()));
  const { appender } = appenderOver(() => committed);
  const told: string[] = [];
  const calls = ['a', 'b'].map(async (id) => {
    await add(appender, id);
    told.push(id);
  });
  await new Promise(setImmediate);
  expect(told).toEqual([]);
  await finish();
  await Promise.all(calls);
  expect(told).toEqual(['a', 'b']);
});

it('adds each alone when they fail together, so that only the culprit fails', async () => {
  const { appender, added } = appenderOver(async (ids) => {
    if (ids.includes('bad')) throw new Error('bad row');
  });
  const calls = ['first', 'a', 'bad', 'b'].map((id) => add(appender, id));
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(added).toEqual([['first'], ['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
});

it('adds nothing twice when the connection was lost, and says so to everyone who shared it', async () => {
  const { appender, added } = appenderOver(async (_, nth) => {
    if (nth === 2) throw new AnywiseError('UNAVAILABLE', 'gone', { retryable: true });
  });
  const outcomes = await Promise.allSettled(['first', 'a', 'b'].map((id) => add(appender, id)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(added).toEqual([['first'], ['a', 'b']]);
  await add(appender, 'later');
  expect(added.at(-1)).toEqual(['later']);
});

it('adds in one transaction what takes several statements', async () => {
  const transactions: (readonly Insertion[])[] = [];
  const queryTogether = async (insertions: readonly Insertion[]): Promise<void> => void transactions.push(insertions);
  const insertions: readonly Insertion[] = [
    [{ text: 'INSERT outgoing' }, []],
    [{ text: 'INSERT incoming' }, []],
  ];
  const appender = new Appender({ query: unexpected, queryTogether } as unknown as Database, () => insertions, noWay);
  await add(appender, 'a');
  expect(transactions).toEqual([insertions]);
});

it('is closed when nothing is being added any more', async () => {
  let finish: Answer = async () => undefined;
  const committed = new Promise<void>((resolve) => (finish = async () => resolve()));
  const { appender, added } = appenderOver(() => committed);
  const calls = ['a', 'b'].map((id) => add(appender, id));
  let isClosed = false;
  const closed = appender.close().then(() => (isClosed = true));
  await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  await finish();
  await Promise.all([closed, ...calls]);
  expect(added).toEqual([['a'], ['b']]);
});

/** An appender with a direct way to a log, over a database that answers on it as told. */
function appenderWithDirectWay(answer: () => Promise<{ readonly kept: number }>): {
  readonly appender: Appender;
  readonly ways: string[];
} {
  const ways: string[] = [];
  let isOpen = true;
  const direct: Pick<Direct, 'insertion' | 'failed'> = {
    insertion: () => (isOpen ? [{ text: 'DIRECT' }, []] : undefined),
    failed: () => void (isOpen = false),
  };
  const database = {
    query: async ({ text }: { text: string }) => void ways.push(text),
    lastByIndex: async (_before: unknown, [{ text }]: Insertion) => {
      ways.push(text);
      return { rows: [await answer()] };
    },
  };
  const insertions = ({ outgoing = [] }: NewMessages): readonly Insertion[] =>
    outgoing.length === 0 ? [] : [[{ text: 'OUTBOX' }, []]];
  return {
    appender: new Appender(database as unknown as Database, insertions, direct as unknown as Direct),
    ways,
  };
}

it.each([
  [0, false],
  [1, true],
])('says whether the outbox has kept any: %i', async (kept, fillsOutbox) => {
  const { appender, ways } = appenderWithDirectWay(async () => ({ kept }));
  expect([await add(appender, 'a'), ways]).toEqual([{ fillsOutbox }, ['DIRECT']]);
});

it('takes the way through the outbox when the log has refused something', async () => {
  const { appender, ways } = appenderWithDirectWay(() => Promise.reject(new Error('no rights')));
  expect(await add(appender, 'a')).toEqual({ fillsOutbox: true });
  await add(appender, 'b');
  expect(ways).toEqual(['DIRECT', 'OUTBOX', 'OUTBOX']);
});

it('does not add again what may have been committed when the connection was lost', async () => {
  const { appender, ways } = appenderWithDirectWay(() =>
    Promise.reject(new AnywiseError('UNAVAILABLE', 'gone', { retryable: true })),
  );
  await expect(add(appender, 'a')).rejects.toThrow('gone');
  expect(ways).toEqual(['DIRECT']);
});
