import { userInfo } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import type { KeptSaga, SagaStep } from '../../core/ports/sagas.js';
import type { Store } from '../../core/ports/store.js';
import { inFilledStore } from '../../test-support/cli.js';
import { testEntry, testEnvelope } from '../../testing/envelopes.js';

const name = 'orders.fulfilment';
const which = `--name ${name} --key o-1`;
const timeouts = { unpaid: { id: 't-1', dueAt: Date.now() + 3_600_000 } };
const saga: KeptSaga = {
  name,
  key: 'o-1',
  status: 'running',
  shape: 1,
  revision: 1,
  state: '{"step":"placed"}',
  timeouts,
};
const started: SagaStep = {
  messageId: 'm-1',
  type: 'orders.order-placed',
  outcome: 'started',
  state: '{"step":"placed"}',
  caused: ['unpaid'],
};

async function fill(store: Store): Promise<void> {
  const transaction = store.begin({ readOnly: false });
  await transaction.sagas?.save(saga, started);
  const early = { ...saga, key: 'o-2', status: 'early', state: undefined, timeouts: {} } as const;
  await transaction.sagas?.save(early, { ...started, outcome: 'early', state: undefined, caused: [], json: '{}' });
  const envelope = testEnvelope({ id: 't-1', type: name, kind: 'command' });
  await transaction.append({ scheduled: [{ envelope, due: { delayMs: 3_600_000 } }] });
  await transaction.commit();
  const dead = ['o-1', 'o-2'].map((key) => testEntry({ id: `m-${key}`, listener: name, key, error: 'poison' }));
  await store.inbox.add(dead);
}

describe('sagas', () => {
  it('are listed by name and status', () =>
    inFilledStore(fill, async (call) => {
      const { output, exitCode } = await call('sagas list --status running');
      expect(exitCode).toBe(0);
      expect(output).toMatch(
        /^CHANGED +NAME +KEY +STATUS +STEPS +WAITS FOR +STATE\n\S+ +orders.fulfilment +o-1 +running +1 +unpaid +\{"step":"placed"\}\n$/,
      );
      const { output: json } = await call(`sagas list --name ${name} --json`);
      expect((JSON.parse(json) as { sagas: object[] }).sagas).toHaveLength(2);
      expect((await call('sagas list --limit 1')).output).toContain('There may be more: `--limit 2`.');
      expect(await call('sagas list --name orders.other')).toMatchObject({ exitCode: 1, errors: 'No sagas match.\n' });
      expect(await call('sagas list --status dead')).toMatchObject({ exitCode: 2 });
    }));

  it('are shown with what they wait for, and each step', () =>
    inFilledStore(fill, async (call) => {
      const { output } = await call(`sagas show ${which}`);
      expect(output).toMatch(
        /^saga +orders.fulfilment o-1\nstatus +running\nstate +\{"step":"placed"\}\nwaits for +unpaid \(in /,
      );
      expect(output).toMatch(/\n1 +\S+ +orders.order-placed +started +unpaid +m-1 +\{"step":"placed"\}\n$/);
      const { output: json } = await call(`sagas show ${which} --json`);
      expect(JSON.parse(json)).toMatchObject({
        saga: { key: 'o-1', state: { step: 'placed' }, audit: [{ n: 1, waits: false }] },
      });
      expect(await call(`sagas show --name ${name} --key none`)).toMatchObject({ exitCode: 1 });
      expect(await call('sagas show --key o-1')).toMatchObject({ exitCode: 2 });
    }));

  it('get the dead letters of one of them retried', () =>
    inFilledStore(fill, async (call) => {
      expect(await call(`sagas retry ${which}`)).toMatchObject({ exitCode: 0, output: 'Retried 1 dead letter.\n' });
      expect(await call(`sagas retry ${which}`)).toMatchObject({ exitCode: 1 });
      expect((await call('dead-letters list')).output).toContain('m-o-2');
    }));

  it('are ended with consent, which cancels their timeouts and is recorded', () =>
    inFilledStore(fill, async (call) => {
      expect(await call(`sagas end ${which}`)).toMatchObject({ exitCode: 2 });
      expect(await call(`sagas end ${which}`, 'no\n', { interactive: true })).toMatchObject({ exitCode: 1 });
      expect(await call(`sagas end ${which} --yes`)).toMatchObject({ exitCode: 0, output: 'Ended 1 saga.\n' });
      expect((await call('scheduled list')).exitCode).toBe(1);
      const { output } = await call(`sagas show ${which}`);
      expect(output).toMatch(new RegExp(`\\n2 +\\S+ +cli:${userInfo().username} +ended by hand`));
      expect(await call(`sagas end ${which} --yes`)).toMatchObject({ exitCode: 1, errors: 'It has ended already.\n' });
      expect(await call(`sagas end --name ${name} --key o-2 --yes`)).toMatchObject({ exitCode: 1 });
    }));
});
