import { userInfo } from 'node:os';
import { expect, it } from '@jest/globals';
import { testEntry, testEnvelope } from '../../testing/envelopes.js';
import { inFilledStore } from '../../test-support/cli.js';

const me = `cli:${userInfo().username}`;

it('what the command does is listed with who did it, the newest first', () =>
  inFilledStore(
    async (store) => {
      await store.inbox.add(
        ['a', 'b', 'c'].map((id) => testEntry({ id, json: JSON.stringify(testEnvelope({ id })), error: 'poison' })),
      );
      const transaction = store.begin({ readOnly: false });
      const hour = { delayMs: 3_600_000 };
      await transaction.append({
        scheduled: ['now', 'never'].map((id) => ({ envelope: testEnvelope({ id, kind: 'command' }), due: hour })),
      });
      await transaction.commit();
    },
    async (call) => {
      await expect(call('actions list')).resolves.toMatchObject({ exitCode: 1, errors: 'Nothing was done by hand.\n' });
      expect(await call(`dead-letters edit --id a --data {"n":1} --replay`)).toMatchObject({ exitCode: 0 });
      await call('dead-letters discard --listener listener --yes');
      await call('scheduled cancel --id never --yes');
      expect(await call('scheduled run --id now')).toMatchObject({
        exitCode: 0,
        output: '1 delayed command is due now.\n',
      });
      expect(await call('scheduled run --id now')).toMatchObject({ exitCode: 1 });
      const { output } = await call('actions list --json');
      const { actions } = JSON.parse(output) as {
        actions: { seq: number; who: string; what: string; count: number }[];
      };
      expect(actions.map(({ who, what, count }) => [who, what, count])).toEqual([
        [me, 'scheduled run', 1],
        [me, 'scheduled cancel', 1],
        [me, 'dead-letters discard', 2],
        [me, 'dead-letters replay', 1],
        [me, 'dead-letters edit', 1],
      ]);
      const { output: page } = await call('actions list --limit 1');
      expect(page).toMatch(
        /^AGE +WHO +WHAT +COUNT +WHICH\n\S+ +cli:\S+ +scheduled run +1 +id: now\nOlder ones: `--before \d+`\.\n$/,
      );
      expect((await call(`actions list --before ${actions[3]?.seq}`)).output).toContain('dead-letters edit');
    },
  ));
