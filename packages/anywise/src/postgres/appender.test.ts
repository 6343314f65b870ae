import { expect, it } from '@jest/globals';
import { AnywiseError } from '../core/errors/errors.js';
import { testEnvelope } from '../testing/envelopes.js';
import { Appender } from './appender.js';
import type { Database } from './database.js';
import type { Insertion } from './insertions.js';

type Answer = () => Promise<void>;

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
  const appender = new Appender(database, ({ outgoing = [] }) => [insertion(outgoing.map(({ id }) => id))]);
  return { appender, added };
}

function unexpected(): never {
  throw new Error('There is only one statement.');
}

function add(appender: Appender, id: string): Promise<void> {
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
  const appender = new Appender({ query: unexpected, queryTogether } as unknown as Database, () => insertions);
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
