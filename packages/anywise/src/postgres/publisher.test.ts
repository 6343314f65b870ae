import { expect, it } from '@jest/globals';
import { testEnvelope } from '../testing/envelopes.js';
import type { Database } from './database.js';
import { Publisher } from './publisher.js';

/** A database whose statements succeed or fail as told, in turn, and how many were run. */
function databaseThat(...outcomes: readonly ('succeeds' | 'fails')[]) {
  const run: unknown[] = [];
  const query = async (...statement: unknown[]): Promise<void> => {
    const outcome = outcomes[run.length];
    run.push(statement);
    await new Promise(setImmediate);
    if (outcome === 'fails') throw new Error('the disk is full');
  };
  return { run, publisher: new Publisher({ query } as unknown as Database, { text: '' }, 'bus') };
}

const written = (id: string) => {
  const envelope = testEnvelope({ id });
  return [{ envelope, json: JSON.stringify(envelope) }];
};

it('tells each call that shared a failed statement of the failure, and publishes the next', async () => {
  const { run, publisher } = databaseThat('succeeds', 'fails', 'succeeds');
  const first = publisher.publish(written('first'));
  const shared = [publisher.publish(written('second')), publisher.publish(written('third'))];
  const outcomes = await Promise.allSettled([first, ...shared]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  await publisher.publish(written('fourth'));
  expect(run).toHaveLength(3);
});

it('resolves no call before its statement has succeeded', async () => {
  const { publisher } = databaseThat('succeeds');
  let isTold = false;
  const told = publisher.publish(written('one')).then(() => (isTold = true));
  await Promise.resolve();
  await Promise.resolve();
  expect(isTold).toBe(false);
  await told;
});

it('publishes nothing that follows a part that failed', async () => {
  const { run, publisher } = databaseThat('fails', 'succeeds');
  const text = 'x'.repeat(3 * 1_048_576);
  const large = ['first', 'second'].map((id) => ({ envelope: testEnvelope({ id }), json: text }));
  await expect(publisher.publish(large)).rejects.toThrow('the disk is full');
  await publisher.close();
  expect(run).toHaveLength(1);
});
