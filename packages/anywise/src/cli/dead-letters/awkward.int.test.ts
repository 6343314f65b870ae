import { describe, expect, it } from '@jest/globals';
import { testEntry, testEnvelope } from '../../testing/envelopes.js';
import { inFilledStore } from '../../test-support/cli.js';

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const envelope = testEnvelope({ id: 'm' });
const withData = (data: string): string => JSON.stringify({ ...envelope, data: null }).replace('null', () => data);

const letters: readonly (readonly [what: string, json: string])[] = [
  ['an attribute that no text can be made of', JSON.stringify({ ...envelope, odd: { toString: 1, valueOf: 1 } })],
  ['data that no text can be made of', withData('{"toString":1,"valueOf":1,"toJSON":1}')],
  ['an attribute that is a list', JSON.stringify({ ...envelope, odd: [[], {}, null] })],
  ['as many levels as a message may have', withData(nested(99))],
  ['ten thousand levels', withData(nested(10_000))],
  ['ten thousand levels in an attribute', JSON.stringify({ ...envelope, odd: 0 }).replace(':0', `:${nested(10_000)}`)],
  ['a prototype', withData('{"__proto__":{"a":1}}')],
  ['nothing', ''],
  ['null', 'null'],
  ['what a terminal obeys', withData(JSON.stringify('\u001b[2J\u009b\u202e\u007f'))],
];

describe('a dead letter with', () => {
  it.each(letters)('%s is shown, listed and given to programs', (_what, json) =>
    inFilledStore(
      async (store) => {
        await store.inbox.add([testEntry({ id: 'm', json, error: 'broken \u001b[2J\u202e' })]);
      },
      async (call) => {
        for (const line of ['dead-letters show', 'dead-letters list', 'dead-letters show --json']) {
          const { exitCode, output, errors } = await call(line);
          expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
          expect(output).toContain('broken');
          expect(output).not.toMatch(/[^\P{Cc}\n\t]|\p{Bidi_Control}/u);
        }
      },
    ),
  );
});

it.each([100, 20_000])('data of %s levels is refused before anything is changed', (levels) =>
  inFilledStore(
    async (store) => {
      await store.inbox.add([testEntry({ id: 'm', json: withData('{}'), error: 'broken' })]);
    },
    async (call) => {
      await expect(call(`dead-letters edit --id m --data ${nested(levels)}`)).resolves.toEqual({
        exitCode: 2,
        output: '',
        errors: 'The new data is nested too deeply. A message may have 100 levels.\n',
      });
      const whole = await call(`dead-letters edit --id m --envelope --data ${withData(nested(levels))}`);
      expect(whole).toMatchObject({ exitCode: 2, output: '' });
      expect(whole.errors).toContain('nested more than 100 levels deep');
      expect((await call('dead-letters edit --id m --data ' + nested(99))).exitCode).toBe(0);
    },
  ),
);
