import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { runHere } from '../../test-support/cli.js';

const here = (file: string): string => fileURLToPath(new URL(`../../test-support/${file}`, import.meta.url));

it('lists the messages of a service, and what handles and hears them', async () => {
  const { exitCode, output } = await runHere(['bus', 'describe', '--module', here('described.ts')]);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/^shop\nMESSAGE +KIND +VERSION +HANDLED OR HEARD BY\n/);
  expect(output).toMatch(/shop\.paid +event +1 +shop\.thanks, thank, sum \(up to 50 at once\)/);
  expect(output).toMatch(/\n\nMADE FROM EVENTS +KIND +VERSION +EVENTS\nshop\.payment +entity +– +shop\.paid\n/);
  expect(output).toMatch(/shop\.payments +projection +2 +shop\.paid\nshop\.thanks +saga +1 +shop\.paid/);
  expect(output).toMatch(/shop\.pay +command +1 +registry `shop`, handler of `shop\.pay`/);
});

it('has a short form', async () => {
  const long = await runHere(['bus', 'describe', '--module', here('described.ts'), '--json']);
  expect(await runHere(['describe', here('described.ts'), '--json'])).toEqual(long);
  expect(await runHere(['describe', '--json', '--module', here('described.ts')])).toEqual(long);
});

it('describes several modules, and each bus once', async () => {
  const twice = await runHere(['describe', here('described.ts'), here('described.ts'), '--json']);
  expect(twice).toEqual(await runHere(['describe', here('described.ts'), '--json']));
  const { exitCode, errors } = await runHere(['describe', here('described.ts'), here('rooms.ts')]);
  expect({ exitCode, errors }).toEqual({ exitCode: 1, errors: expect.stringContaining('rooms.ts` exports no bus') });
});

it('gives the same as one JSON document', async () => {
  const { output } = await runHere(['bus', 'describe', '--json', '--module', here('described.ts')]);
  expect(JSON.parse(output)).toMatchObject({
    buses: [
      {
        name: 'shop',
        messages: [
          { type: 'shop.paid', listeners: [{}, { name: 'thank' }, { name: 'sum', batch: { max: 50, waitMs: 0 } }] },
          { type: 'shop.pay', handler: { source: expect.stringMatching(/described\.ts:\d+$/) } },
        ],
      },
    ],
  });
});

it.each([
  { args: [], exitCode: 2, text: '`--module` is missing' },
  { args: ['--module', 'not/there.ts'], exitCode: 1, text: '`not/there.ts` cannot be loaded' },
  { args: ['--module', here('rooms.ts')], exitCode: 1, text: 'exports no bus' },
])('refuses $args', async ({ args, exitCode, text }) => {
  const answer = await runHere(['bus', 'describe', ...args]);
  expect(answer).toMatchObject({ exitCode, output: '' });
  expect(answer.errors).toContain(text);
});
