import { describe, expect, it } from '@jest/globals';
import type { Store } from '../../core/ports/store.js';
import { testEntry, testEnvelope } from '../../testing/envelopes.js';
import { inFilledStore } from '../../test-support/cli.js';

/** Puts messages into the outbox, and parks them. */
function park(...ids: readonly string[]) {
  return async (store: Store): Promise<void> => {
    const transaction = store.begin({ readOnly: false });
    await transaction.append({ outgoing: ids.map((id) => testEnvelope({ id, type: 'orders.order-placed' })) });
    await transaction.commit();
    const lease = await store.outbox.lease('test', 1_000);
    const { rows } = await store.outbox.sendable(100);
    if (lease === undefined) throw new Error('The lease of a new outbox was not given.');
    await store.outbox.settle(
      lease,
      rows.map(({ seq }) => ({ seq, outcome: 'parked', error: 'It is too big.' })),
    );
    await store.outbox.release(lease);
  };
}

const empty = async (): Promise<void> => undefined;

describe('the outbox', () => {
  it('says what has yet to leave', () =>
    inFilledStore(
      async (store) => {
        await park('a', 'b')(store);
        const transaction = store.begin({ readOnly: false });
        await transaction.append({ outgoing: [testEnvelope()] });
        await transaction.commit();
      },
      async (call) => {
        const { exitCode, output } = await call('outbox status');
        expect(exitCode).toBe(0);
        expect(output).toMatch(/^WAITING {2}OLDEST {2}SCHEDULED {2}PARKED {2}RELAY\n1 +\ds +0 +2 +none\n$/);
        const { output: json } = await call('outbox status --json');
        expect(JSON.parse(json)).toEqual({
          service: 'orders',
          waiting: { count: 1, isMore: false },
          scheduled: { count: 0, isMore: false },
          parked: { count: 2, isMore: false },
          oldestMs: expect.any(Number),
          relay: { holder: expect.any(String), leftMs: expect.any(Number) },
        });
      },
    ));

  it('lists what can never leave', () =>
    inFilledStore(park('a', 'b'), async (call) => {
      const { output } = await call('outbox parked');
      expect(output).toMatch(
        /^AGE +TYPE +ID +ATTEMPTS +ERROR\n\d+d +orders.order-placed +a +\d+ +It is too big\.\n\d+d +orders.order-placed +b .*\n$/,
      );
      const { output: json } = await call('outbox parked --limit 1 --json');
      expect(JSON.parse(json)).toMatchObject({
        total: { count: 2, isMore: false },
        parked: [{ id: 'a', type: 'orders.order-placed', error: 'It is too big.', envelope: { id: 'a' } }],
      });
      const { output: part } = await call('outbox parked --limit 1');
      expect(part).toContain('1 of 2. More of them: `--limit 2`.');
    }));

  it('lets one, or all, try again', () =>
    inFilledStore(park('a', 'b', 'c'), async (call) => {
      await expect(call('outbox retry --id b')).resolves.toEqual({
        exitCode: 0,
        output: '1 parked message will be retried.\n',
        errors: '',
      });
      await expect(call('outbox retry --id b')).resolves.toMatchObject({ exitCode: 1, output: '' });
      await expect(call('outbox retry --all')).resolves.toMatchObject({
        output: '2 parked messages will be retried.\n',
      });
      const { output } = await call('outbox status --json');
      expect(JSON.parse(output)).toMatchObject({ waiting: { count: 3 }, parked: { count: 0 } });
    }));

  it('discards one where that is confirmed', () =>
    inFilledStore(park('a', 'b'), async (call) => {
      const refused = await call('outbox discard --id a', 'n\n', { interactive: true });
      expect(refused).toEqual({
        exitCode: 1,
        output: '',
        errors: 'Discard the parked message `a` for good? [y/N] Nothing was discarded.\n',
      });
      await expect(call('outbox discard --id a', 'y\n', { interactive: true })).resolves.toMatchObject({ exitCode: 0 });
      await expect(call('outbox discard --id a --yes')).resolves.toMatchObject({ exitCode: 1, output: '' });
      const { output } = await call('outbox parked --json');
      expect(JSON.parse(output)).toMatchObject({ total: { count: 1 }, parked: [{ id: 'b' }] });
    }));

  it('may have nothing parked', () =>
    inFilledStore(empty, async (call) => {
      await expect(call('outbox parked')).resolves.toEqual({ exitCode: 1, output: '', errors: 'Nothing is parked.\n' });
      await expect(call('outbox retry --all --json')).resolves.toMatchObject({ exitCode: 1, errors: '' });
    }));
});

describe('the inbox', () => {
  it('says what each listener has yet to handle', () =>
    inFilledStore(
      async (store) => {
        await store.inbox.add([testEntry(), testEntry(), testEntry({ listener: 'mail', error: 'broken' })]);
      },
      async (call) => {
        const { exitCode, output } = await call('inbox status');
        expect(exitCode).toBe(0);
        expect(output).toMatch(
          /^LISTENER +WAITING +OLDEST +RUNNING +DEAD\nlistener +2 +\ds +0 +0\nmail +0 +- +0 +1\nall +2 +\ds +0 +1\nNo running process/,
        );
        const { output: json } = await call('inbox status --json');
        expect(JSON.parse(json)).toMatchObject({
          service: 'orders',
          waiting: { count: 2 },
          dead: { count: 1 },
          listeners: [
            { listener: 'listener', waiting: { count: 2 }, running: { count: 0 }, dead: { count: 0 } },
            { listener: 'mail', waiting: { count: 0 }, running: { count: 0 }, dead: { count: 1 } },
          ],
        });
      },
    ));
});
