import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { command, event } from '../message/declare.js';
import { saga } from './saga.js';
import { keyFor, takeEvent } from './take.js';

const data = z.object({ id: z.string(), other: z.string() });
class Begun extends event('test.begun', { data, entityId: ({ id }) => id }) {}
class Changed extends event('test.changed', { data, entityId: ({ id }) => id }) {}
class Begin extends command('test.begin') {}

const counting = saga('test.counting', { state: z.object({ n: z.number() }), timeouts: ['soon'] })
  .starts(Begun, (_event, saga) => saga.to({ n: 0 }))
  .on(Changed, (_event, { n }, saga) => saga.to({ n: n + 1 }));
const changed = new Changed({ id: 'a', other: 'b' });

describe('the declaration of a saga', () => {
  it('lists all that is wrong with it', () => {
    const options = { state: 5, timeouts: ['Un paid'], version: 3, upcast: { 1: 5 }, timers: [] };
    expect(() => saga('Counting', options as never)).toThrowErrorMatchingInlineSnapshot(`
      "The saga \`Counting\` has 6 problems:
        - its name must look like \`slice.kebab-name\`
        - \`timeouts\` is an array, but must be a list of names, such as \`unpaid\`
        - \`timers\` is not an option. Its options are \`state\`, \`timeouts\`, \`version\`, \`upcast\`.
        - \`state\` is 5, but must be a schema
        - \`upcast\` lacks the step from version 2 to 3
        - \`upcast[1]\` is 5, but must be a function"
    `);
  });

  const run = (): never => undefined as never;
  it.each<[string, () => unknown, RegExp]>([
    ['a command', () => counting.starts(Begin as never, run), /`starts` is given the class `Begin`/],
    ['nothing', () => counting.on(undefined as never, run), /`on` is given undefined/],
    ['an event twice', () => counting.on(Changed, run), /`on` names `test\.changed` twice/],
    ['no function', () => counting.late(Begun, 5 as never), /`late` is given 5, but needs a function/],
    ['a key that is no function', () => counting.late(Begun, { key: 'id' } as never, run), /`key` is "id"/],
    ['another policy', () => counting.late(Begun, { early: 'wait' } as never, run), /`early` is not an option/],
    [
      'a timeout that is not declared',
      () => counting.onTimeout('late' as never, run),
      /"late", which is not in `timeouts`/,
    ],
    ['a timeout twice', () => counting.onTimeout('soon', run).onTimeout('soon', run), /names "soon" twice/],
    ['dependencies after a step', () => counting.inject({}), /`inject` comes after a step/],
  ])('refuses %s', (_what, declare, text) => {
    expect(declare).toThrow(text);
  });

  it('leaves the saga that it extends as it was', () => {
    const more = counting.late(Changed, (_event, _state, saga) => saga.stay());
    expect([counting.parts.length, more.parts.length]).toEqual([2, 3]);
  });
});

describe('a saga', () => {
  it('is found by the key of the event, or else by its entity', () => {
    const keyed = saga('test.keyed', { state: z.object({}) }).on(
      Changed,
      { key: ({ other }) => other },
      (_e, _s, saga) => saga.stay(),
    );
    expect([keyFor(counting as never, changed), keyFor(keyed as never, changed)]).toEqual(['a', 'b']);
  });

  it.each<['wait' | 'ignore', string | undefined]>([
    ['wait', 'early'],
    ['ignore', undefined],
  ])('can let an event that is early %s', (early, outcome) => {
    const patient = saga('test.patient', { state: z.object({}) }).on(Changed, { early }, (_e, _s, saga) => saga.stay());
    expect(takeEvent(patient as never, { status: 'none' }, changed, [])).toEqual({ outcome });
  });

  it('can refuse an event that is early', () => {
    const strict = saga('test.strict', { state: z.object({}) }).on(Changed, { early: 'dead' }, (_e, _s, saga) =>
      saga.stay(),
    );
    expect(() => takeEvent(strict as never, { status: 'none' }, changed, [])).toThrow(
      /came before its saga `test\.strict` had begun/,
    );
  });
});
