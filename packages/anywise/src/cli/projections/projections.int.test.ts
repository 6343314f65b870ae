import { describe, expect, it } from '@jest/globals';
import type { Store } from '../../core/ports/store.js';
import { fill } from '../../testing/store-cases/log-steps.js';
import { inFilledStore } from '../../test-support/cli.js';

const list = { name: 'orders.order-list', version: 2 };

async function withList(store: Store): Promise<void> {
  await fill(store, 'orders.order/1', 3);
  await store.projections?.prepare({ ...list, generation: 1 }, []);
  await store.projections?.prepare({ ...list, version: 1, generation: 1 }, []);
  const transaction = store.begin({ readOnly: false });
  await transaction.projections?.advance({ ...list, version: 1, generation: 1 }, 0, 3);
  await transaction.projections?.live({ ...list, version: 1, generation: 1 }, true);
  await transaction.commit();
  await store.projections?.fail({ ...list, generation: 1 }, 'no such column');
}

describe('projections', () => {
  it('are listed, with how far they are behind', () =>
    inFilledStore(withList, async (call) => {
      const { output, exitCode } = await call('projections list');
      expect(exitCode).toBe(0);
      expect(output.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
        ['NAME', 'VERSION', 'GENERATION', 'STATE', 'BEHIND', 'OLDEST', 'PARKED', 'SKIPPED', 'ERROR'],
        ['orders.order-list', '1', '1', 'inline', '0', '-', '0', '0'],
        [
          'orders.order-list',
          '2',
          '1',
          'building',
          '3',
          expect.stringMatching(/^\d+[smhd]$/),
          '0',
          '0',
          'no such column',
        ],
        [''],
      ]);
      const { output: json } = await call('projections list --json');
      expect(JSON.parse(json)).toMatchObject({
        service: 'orders',
        projections: [{ state: 'inline' }, { version: 2, position: 0, behind: 3, error: 'no such column' }],
      });
    }));

  it('say so if there are none', () =>
    inFilledStore(
      async () => undefined,
      async (call) => {
        expect(await call('projections list')).toMatchObject({ exitCode: 1, errors: 'There is no read model.\n' });
      },
    ));

  it('are rebuilt by name, the newest version if none is given', () =>
    inFilledStore(withList, async (call) => {
      expect(await call('projections rebuild orders.order-list --version 1')).toMatchObject({
        exitCode: 0,
        output: 'Generation 2 of `orders.order-list`, version 1, is being built.\n',
      });
      expect((await call('projections rebuild --name orders.order-list')).output).toContain('Generation 1 of');
      expect(await call('projections rebuild orders.order-list --version 3')).toMatchObject({ exitCode: 1 });
      expect(await call('projections rebuild orders.order-lost')).toMatchObject({
        exitCode: 1,
        errors: expect.stringMatching('Did you mean `orders.order-list`?'),
      });
      expect(await call('projections rebuild')).toMatchObject({ exitCode: 2 });
    }));

  it('are dropped once they are no longer read, with consent', () =>
    inFilledStore(
      async (store) => {
        await withList(store);
        await store.projections?.rebuild({ ...list, version: 1 });
        const transaction = store.begin({ readOnly: false });
        await transaction.projections?.live({ ...list, version: 1, generation: 2 }, false);
        await transaction.commit();
      },
      async (call) => {
        expect(await call('projections drop orders.order-list')).toMatchObject({ exitCode: 2 });
        const used = await call('projections drop orders.order-list --version 2 --yes');
        expect(used).toMatchObject({
          exitCode: 1,
          errors: expect.stringMatching('A process has version 2'),
        });
        const asked = await call('projections drop orders.order-list', 'no\n', { interactive: true });
        expect(asked).toMatchObject({ exitCode: 1 });
        expect(await call('projections drop orders.order-list --yes')).toMatchObject({
          exitCode: 0,
          output: 'Deleted 1 generation.\n',
        });
        expect(await call('projections drop orders.order-list --yes')).toMatchObject({ exitCode: 1 });
        const { projections } = JSON.parse((await call('projections list --json')).output) as {
          projections: { version: number; generation: number }[];
        };
        expect(projections.map(({ version, generation }) => [version, generation])).toEqual([
          [1, 2],
          [2, 1],
        ]);
      },
    ));

  it('show what they could not take in, and retry it or leave it out, on the record', () =>
    inFilledStore(
      async (store) => {
        await withList(store);
        const transaction = store.begin({ readOnly: false });
        const fault = { eventVersion: 1, type: 'orders.order-placed', state: 'parked' } as const;
        await transaction.projections?.faults.add({ ...list, generation: 1 }, [
          { ...fault, position: 1, stream: 'orders.order/1', error: 'no total' },
          { ...fault, position: 2, stream: 'orders.order/1', error: undefined },
          { ...fault, position: 3, stream: 'orders.order/2', error: 'no total' },
        ]);
        await transaction.commit();
      },
      async (call) => {
        const { output } = await call('projections faults orders.order-list');
        expect(output.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
          ['NAME', 'VERSION', 'GENERATION', 'STATE', 'POSITION', 'STREAM', 'TYPE', 'ERROR'],
          ['orders.order-list', '2', '1', 'parked', '1', 'orders.order/1', 'orders.order-placed', 'no total'],
          ['orders.order-list', '2', '1', 'parked', '3', 'orders.order/2', 'orders.order-placed', 'no total'],
          [''],
        ]);
        expect(await call('projections retry')).toMatchObject({ exitCode: 2 });
        expect(await call('projections retry orders.order-lost')).toMatchObject({ exitCode: 1 });
        expect(await call('projections retry orders.order-list --stream orders.order/2')).toMatchObject({
          exitCode: 0,
          output: '1 parked event will be retried.\n',
        });
        expect(await call('projections skip orders.order-list')).toMatchObject({ exitCode: 2 });
        const asked = await call('projections skip orders.order-list', 'no\n', { interactive: true });
        expect(asked).toMatchObject({ exitCode: 1 });
        expect(await call('projections skip orders.order-list --stream orders.order/1 --yes')).toMatchObject({
          exitCode: 0,
          output: 'Left out 1 parked event.\n',
        });
        expect(await call('projections skip orders.order-list --version 1 --yes')).toMatchObject({ exitCode: 1 });
        await call('projections rebuild orders.order-list --version 1');
        const { output: json } = await call('projections faults --json');
        expect(JSON.parse(json)).toMatchObject({
          faults: [
            { position: 1, state: 'skipped' },
            { position: 3, state: 'due' },
          ],
        });
        const { actions } = JSON.parse((await call('actions list --json')).output) as { actions: { what: string }[] };
        expect(actions.map(({ what }) => what)).toEqual([
          'projections rebuild',
          'projections skip',
          'projections retry',
        ]);
      },
    ));
});
