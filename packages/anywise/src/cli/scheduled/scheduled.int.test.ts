import { describe, expect, it } from '@jest/globals';
import type { Store } from '../../core/ports/store.js';
import { testEnvelope } from '../../testing/envelopes.js';
import { inFilledStore } from '../../test-support/cli.js';

const hourMs = 3_600_000;

/** Delays commands by one hour, two hours and so on. */
function delay(...ids: readonly string[]) {
  return async (store: Store): Promise<void> => {
    const transaction = store.begin({ readOnly: false });
    await transaction.append({
      scheduled: ids.map((id, n) => ({
        envelope: testEnvelope({ id, type: 'orders.cancel-order', kind: 'command', subject: `o-${id}` }),
        due: { delayMs: (n + 1) * hourMs + 60_000 },
      })),
    });
    await transaction.commit();
  };
}

describe('delayed commands', () => {
  it('are listed, the next due first', () =>
    inFilledStore(delay('a', 'b'), async (call) => {
      const { output, exitCode } = await call('scheduled list');
      expect(exitCode).toBe(0);
      expect(output).toMatch(
        /^DUE IN +TYPE +ID +KEY\n1h +orders.cancel-order +a +o-a\n2h +orders.cancel-order +b +o-b\n$/,
      );
      const { output: json } = await call('scheduled list --json --limit 1');
      expect(JSON.parse(json)).toMatchObject({
        service: 'orders',
        total: { count: 2, isMore: false },
        scheduled: [{ id: 'a', type: 'orders.cancel-order', envelope: { id: 'a' } }],
      });
      expect((await call('scheduled list --limit 1')).output).toContain('1 of 2. More of them: `--limit 2`.');
    }));

  it('are cancelled one by one, with consent', () =>
    inFilledStore(delay('a', 'b'), async (call) => {
      await expect(call('scheduled cancel --id a')).resolves.toMatchObject({ exitCode: 2, output: '' });
      await expect(call('scheduled cancel')).resolves.toMatchObject({ exitCode: 2 });
      await expect(call('scheduled cancel --id a', 'no\n', { interactive: true })).resolves.toMatchObject({
        exitCode: 1,
      });
      await expect(call('scheduled cancel --id a --yes')).resolves.toEqual({
        exitCode: 0,
        output: 'Cancelled 1 delayed command.\n',
        errors: '',
      });
      await expect(call('scheduled cancel --id a --yes')).resolves.toMatchObject({ exitCode: 1, output: '' });
      await expect(call('scheduled cancel --id b', 'y\n', { interactive: true })).resolves.toMatchObject({
        exitCode: 0,
      });
      await expect(call('scheduled list')).resolves.toEqual({
        exitCode: 1,
        output: '',
        errors: 'Nothing is scheduled.\n',
      });
    }));
});
