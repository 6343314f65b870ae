import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { Entities } from '../entities/entities.js';
import { entity } from '../entities/entity.js';
import { contract } from '../message/contract.js';
import { command, event, query } from '../message/declare.js';
import { on } from '../registry/on.js';
import { MessageRegistry, type Registrable } from '../registry/registry.js';
import { memoryStore } from '../../memory/store.js';
import { silent } from '../../test-support/start-bus.js';
import { Anywise } from './anywise.js';

const data = z.object({ id: z.string() });
const entityId = ({ id }: { readonly id: string }): string => id;
class Made extends event('test.made', { data, entityId }) {}
class Changed extends event('test.changed', { version: 2, data, entityId }) {}
class Sold extends event('shop.sold', { data, entityId }) {}
class Make extends command('test.make', { data, reply: z.string() }) {}
class Look extends query('shop.look', { data }) {}
const contracts = [contract('test', { Make }), contract('shop', { Sold, Look })];
const thing = entity('test.thing', { state: data }).create(Made, ({ id }) => ({ id }));
const makes = on(Make)
  .entity(thing, ({ id }) => id)
  .create(({ id }) => new Made({ id }))
  .reply(({ id }) => id);

function problemsOf(items: readonly Registrable[], store: object = { store: memoryStore() }): readonly string[] {
  const registries = [new MessageRegistry('test').register(...items)];
  return new Anywise({ name: 'test', registries, contracts, logger: silent, ...store }).verify();
}

it('finds nothing wrong with an entity whose events are in no contract', () => {
  expect(problemsOf([makes, thing])).toEqual([]);
});

it('finds entities without a beginning, with one name, with events of others and with old events', () => {
  const late = thing.evolve(Changed, (state) => state);
  const foreign = entity('test.foreign', { state: data }).create(Sold, ({ id }) => ({ id }));
  const unborn = entity('test.unborn', { state: data }).evolve(Made, (state) => state);
  expect(problemsOf([makes, late, foreign, unborn])).toMatchInlineSnapshot(`
    [
      "\`test.changed\` has version 2, but no \`upcast\` from version 1; add it to the event",
      "two entities are called \`test.thing\`: in registry \`test\`, handler of \`test.make\` and in registry \`test\`; use the one that has all of its events",
      "the entity \`test.unborn\` has no event with which it begins; name one with \`create\`",
      "the entity \`test.foreign\` has the event \`shop.sold\`, which \`shop\` owns; record an event of your own",
    ]
  `);
});

it('finds entities on a bus that cannot keep their events', () => {
  const lists = on(Look)
    .inject({ entities: Entities })
    .handle(async () => undefined);
  expect(problemsOf([makes, thing, lists], {})).toMatchInlineSnapshot(`
    [
      "the entity \`test.thing\` needs a store that keeps events; pass one as \`store\`, such as \`sqliteStore({ path })\`",
      "registry \`test\`, handler of \`test.make\` asks for \`Entities\`, which the store of this bus does not provide; give the bus a store that does",
      "registry \`test\`, handler of \`shop.look\` asks for \`Entities\`, which the store of this bus does not provide; give the bus a store that does",
    ]
  `);
  const { log: _log, ...withoutLog } = memoryStore();
  expect(problemsOf([makes], { store: withoutLog })).toMatchInlineSnapshot(`
    [
      "the entity \`test.thing\` needs a store that keeps events; pass one as \`store\`, such as \`sqliteStore({ path })\`",
      "registry \`test\`, handler of \`test.make\` asks for \`Entities\`, which the store of this bus does not provide; give the bus a store that does",
    ]
  `);
});

/** What code without types may write. */
type Loose = (...targets: readonly unknown[]) => {
  entity(...args: readonly unknown[]): Record<'create' | 'decide', (run: unknown) => Registrable>;
};

it('finds deciders that lack something, all at once', () => {
  const loose = on as unknown as Loose;
  const items = [
    loose(Make).entity(thing, 5).create(undefined),
    loose(Look)
      .entity(undefined, () => 'a')
      .decide(undefined),
    loose(Make)
      .entity(thing, () => 'a', { ifVersion: 5, x: 1 })
      .decide(() => undefined),
  ];
  expect(() => new MessageRegistry('test').register(...items)).toThrowErrorMatchingInlineSnapshot(`
    "The registry \`test\` has 8 problems:
      - handler of \`test.make\` is given 5 for the id, but needs a function that returns it
      - handler of \`test.make\` is given undefined for the decision, but needs a function
      - handler of \`test.make\` says nothing of the reply of \`test.make\`; add \`.reply(…)\`
      - handler of \`shop.look\` is decided by undefined, but needs an entity; if modules import each other, import it from the module that declares it
      - handler of \`shop.look\` is given undefined for the decision, but needs a function
      - handler of \`shop.look\` decides on \`shop.look\`, which is a query; ask for \`Entities\` in its handler
      - handler of \`test.make\`: \`ifVersion\` is 5, but must be a function
      - handler of \`test.make\`: \`x\` is not an option. Its options are \`ifVersion\`."
  `);
});
