import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { AnywiseError } from '../errors/errors.js';
import { command, event } from '../message/declare.js';
import { entity } from './entity.js';
import { erased, evolve, unborn, type Evolved } from './evolve.js';
import { snapshotFor, stateIn } from './snapshot.js';

const data = z.object({ id: z.string() });
const entityId = ({ id }: { readonly id: string }): string => id;
class Begun extends event('test.begun', { data, entityId }) {}
class Changed extends event('test.changed', { data, entityId }) {}
class Ended extends event('test.ended', { data, entityId }) {}
class Begin extends command('test.begin') {}

const state = z.object({ n: z.number() });
const counter = entity('test.counter', { state })
  .create(Begun, () => ({ n: 0 }))
  .evolve(Changed, ({ n }) => ({ n: n + 1 }))
  .evolve(Ended, () => null);
const [begun, changed, ended] = [new Begun({ id: 'a' }), new Changed({ id: 'a' }), new Ended({ id: 'a' })];

const after = (...events: readonly object[]): Evolved =>
  events.reduce<Evolved>((evolved, one) => (one === erased ? erased : evolve(counter, evolved, one)), unborn);

describe('the declaration of an entity', () => {
  it('lists all that is wrong with it', () => {
    expect(() => entity('Counter', { state: 5, snapshot: { every: 0, versions: 1 } } as never))
      .toThrowErrorMatchingInlineSnapshot(`
      "The entity \`Counter\` has 5 problems:
        - its name must look like \`slice.kebab-name\`
        - \`state\` is 5, but must be a schema
        - in \`snapshot\`, \`every\` is 0, but must be a whole number from 1 to 1000000
        - in \`snapshot\`, \`version\` is undefined, but must be a whole number from 1 to 2147483647
        - in \`snapshot\`, \`versions\` is not an option. Did you mean \`version\`?"
    `);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['a command', () => counter.create(Begin as never, () => ({ n: 0 })), /`create` is given the class `Begin`/],
    ['nothing', () => counter.evolve(undefined as never, () => null), /`evolve` is given undefined/],
    ['an event twice', () => counter.evolve(Changed, () => null), /`evolve` names `test\.changed` twice/],
    ['no function', () => counter.evolve(Begun, 5 as never), /`evolve` is given 5, but needs a function/],
  ])('refuses %s', (_what, declare, text) => {
    expect(declare).toThrow(text);
  });

  it('leaves the entity that it extends as it was', () => {
    const more = counter.evolve(Begun, () => ({ n: 100 }));
    expect([counter.steps.length, more.steps.length]).toEqual([3, 4]);
  });
});

describe('an entity', () => {
  it('is what its events have made it, and can begin again once it is gone', () => {
    expect(after(begun, changed, changed).state).toEqual({ n: 2 });
    expect(after(begun, ended).state).toBeUndefined();
    expect(after(begun, changed, ended, begun).state).toEqual({ n: 0 });
  });

  it('cannot be changed by who has it', () => {
    const { state: frozen } = after(begun);
    expect(() => Object.assign(frozen as object, { n: 5 })).toThrow(TypeError);
  });

  it('is unknown after events that were erased, until it begins again', () => {
    expect(after(begun, erased, changed, ended)).toEqual(erased);
    expect(after(begun, erased, changed, begun, changed)).toEqual({ state: { n: 1 }, isErased: false });
  });

  const bad = (run: () => unknown) => entity('test.bad', { state }).create(Begun, run as never);
  it.each<[string, () => unknown, RegExp]>([
    [
      'an event that it has no function for',
      () =>
        evolve(
          bad(() => ({ n: 0 })),
          unborn,
          changed,
        ),
      /has no function for/,
    ],
    ['a change before it began', () => after(changed), /`test\.changed` changes a `test\.counter` that does not exist/],
    ['a second beginning', () => after(begun, begun), /`test\.begun` creates a `test\.counter` that exists already/],
    [
      'a function that returns nothing',
      () =>
        evolve(
          bad(() => undefined),
          unborn,
          begun,
        ),
      /returned nothing/,
    ],
    [
      'a function that returns a promise',
      () =>
        evolve(
          bad(async () => ({ n: 0 })),
          unborn,
          begun,
        ),
      /returned a promise/,
    ],
  ])('refuses %s', (_what, run, text) => {
    expect(run).toThrow(text);
    expect(run).toThrow(AnywiseError);
  });
});

describe('a snapshot', () => {
  const kept = entity('test.kept', { state, snapshot: { every: 10, version: 3 } }).create(Begun, () => ({ n: 0 }));

  it.each([
    [0, 1, false],
    [0, 9, false],
    [9, 10, true],
    [8, 12, true],
    [10, 11, false],
    [0, 35, true],
  ])('from version %i to %i is due: %s', (before, version, isDue) => {
    const expected = isDue ? { version, shape: 3, state: '{"n":1}' } : undefined;
    expect(snapshotFor(kept, before, version, { n: 1 })).toEqual(expected);
  });

  it('is not kept of an entity without snapshots, or one that is gone', () => {
    expect(snapshotFor(counter, 0, 10, { n: 1 })).toBeUndefined();
    expect(snapshotFor(kept, 0, 10, undefined)).toBeUndefined();
  });

  it.each([[{ n: 'one' }], [{ n: NaN }], [{ n: 1, at: new Date(0) }], [5]])(
    'of a state that could not be read back is refused with the first event: %p',
    (wrong) => {
      expect(() => snapshotFor(kept, 0, 1, wrong)).toThrow(/^The state of `test\.kept` cannot be kept as a snapshot/);
    },
  );

  it.each(['{"n":"one"}', 'no JSON', ''])('that does not fit is ignored: %s', (text) => {
    expect(stateIn(kept, { version: 1, shape: 3, state: text })).toBeUndefined();
  });

  it('is read with the schema of the state', () => {
    expect(stateIn(kept, { version: 1, shape: 3, state: '{"n":5,"old":true}' })).toEqual({ n: 5 });
  });
});
