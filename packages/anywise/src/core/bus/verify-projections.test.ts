import { expect, it } from '@jest/globals';
import { memoryStore } from '../../memory/store.js';
import { silent } from '../../test-support/start-bus.js';
import { TodoCreated, TodoRenamed, todo } from '../../test-support/todos.js';
import { projection } from '../projections/projection.js';
import { MessageRegistry, type Registrable } from '../registry/registry.js';
import { Anywise } from './anywise.js';

const nothing = (): undefined => undefined;
const counts = projection('test.counts', { version: 1, tables: {} }).on(TodoCreated, nothing);
const tables = { b_c: 'CREATE TABLE {b_c} (id TEXT)' };

function problemsOf(items: readonly Registrable[], options: object = { store: memoryStore() }): readonly string[] {
  const registries = [new MessageRegistry('test').register(...items)];
  return new Anywise({ name: 'test', registries, logger: silent, ...options }).verify();
}

it('finds nothing wrong with a projection of events that an entity records', () => {
  expect(problemsOf([todo, counts])).toEqual([]);
});

it('finds projections that share a name or a table, that have no event, or one that nobody records', () => {
  const again = projection('test.counts', { version: 2, tables: {} }).on(TodoRenamed, nothing);
  const one = projection('test.a', { version: 1, tables }).on(TodoCreated, nothing);
  const other = projection('test.a-b', { version: 1, tables: { c: 'CREATE TABLE {c} (id TEXT)' } });
  expect(problemsOf([counts, again, one, other])).toMatchInlineSnapshot(`
    [
      "two projections are called \`test.counts\`: in registry \`test\` and in registry \`test\`; give one of them another name",
      "two projections make the table \`a_b_c_v1\`: in registry \`test\` and in registry \`test\`; give one of them another name",
      "the projection \`test.a-b\` has no event; name one with \`on\`",
      "the projection \`test.counts\` takes in \`test.todo-created\`, which no entity of this service records; register the entity, or listen to it",
      "the projection \`test.counts\` takes in \`test.todo-renamed\`, which no entity of this service records; register the entity, or listen to it",
      "the projection \`test.a\` takes in \`test.todo-created\`, which no entity of this service records; register the entity, or listen to it",
      "the projection \`test.a\` needs a store with tables; pass one as \`store\`, such as \`sqliteStore({ path })\`",
      "the projection \`test.a-b\` needs a store with tables; pass one as \`store\`, such as \`sqliteStore({ path })\`",
    ]
  `);
});

it('finds projections on a bus whose store has no place for them', () => {
  const list = projection('test.list', { version: 1, tables }).on(TodoCreated, nothing);
  expect(problemsOf([todo, list])).toMatchInlineSnapshot(`
    [
      "the projection \`test.list\` needs a store with tables; pass one as \`store\`, such as \`sqliteStore({ path })\`",
    ]
  `);
  const { projections: _projections, ...without } = memoryStore();
  expect(problemsOf([todo, counts], { store: without })).toMatchInlineSnapshot(`
    [
      "the projection \`test.counts\` needs a store with tables; pass one as \`store\`, such as \`sqliteStore({ path })\`",
    ]
  `);
});
