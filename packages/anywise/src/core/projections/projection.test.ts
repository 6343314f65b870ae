import { describe, expect, it } from '@jest/globals';
import { TodoCreated, TodoRenamed, CreateTodo } from '../../test-support/todos.js';
import { SetupError } from '../errors/errors.js';
import { projection } from './projection.js';
import { tableNames, tablesOf } from './tables.js';

const tables = { todos: 'CREATE TABLE {todos} (id TEXT)' };
const list = projection('test.todo-list', { version: 2, tables });
const loose = projection as unknown as (name: unknown, options: unknown) => typeof list;

describe('a projection', () => {
  it('has tables of its own in each version and generation', () => {
    expect(tableNames(list, { version: 2, generation: 1 })).toEqual({ todos: 'todo_list_todos_v2' });
    expect(tablesOf(list, { version: 2, generation: 3 })).toEqual([
      { name: 'todo_list_todos_v2_g3', sql: 'CREATE TABLE todo_list_todos_v2_g3 (id TEXT)' },
    ]);
  });

  it('names other tables of its own, and leaves other braces as they are', () => {
    const two = projection('test.two', {
      version: 1,
      tables: { a: `CREATE TABLE {a} (x TEXT DEFAULT '{}')`, b: 'CREATE TABLE {b} (x TEXT REFERENCES {a})' },
    });
    expect(tablesOf(two, { version: 1, generation: 1 }).map(({ sql }) => sql)).toEqual([
      `CREATE TABLE two_a_v1 (x TEXT DEFAULT '{}')`,
      'CREATE TABLE two_b_v1 (x TEXT REFERENCES two_a_v1)',
    ]);
  });

  it('leaves the one that it extends as it was', () => {
    const more = list.on(TodoCreated, () => undefined).inline();
    expect([list.steps.length, more.steps.length, list.isInline, more.isInline]).toEqual([0, 1, false, true]);
    expect(more.tables).toBe(list.tables);
    const parking = more.onDead('park');
    expect([more, parking].map(({ failure }) => failure.onDead)).toEqual(['block', 'park']);
    expect(parking.isInline).toBe(true);
  });

  it('names everything that is wrong with it, all at once', () => {
    const wrong = {
      version: 0,
      more: 1,
      tables: {
        'Not-This': 'CREATE TABLE x (id TEXT)',
        other: 'CREATE TABLE todos (id TEXT)',
        ['n'.repeat(60)]: `CREATE TABLE {${'n'.repeat(60)}} (id {strange})`,
        number: 5,
      },
    };
    expect(() => loose('todo list', wrong)).toThrowErrorMatchingInlineSnapshot(`
      "The projection \`todo list\` has 8 problems:
        - its name must look like \`slice.kebab-name\`
        - \`version\` is 0, but must be a whole number from 1 to 2147483647
        - \`more\` is not an option. Its options are \`version\`, \`tables\`.
        - the table \`Not-This\` must have a name of small letters, digits and \`_\`
        - the SQL of the table \`other\` makes another one; write \`CREATE TABLE {other} (…)\`
        - the table \`nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\` has a name that is too long with that of the projection; shorten one of them
        - the SQL of the table \`nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\` names \`{strange}\`, which is not one of its tables
        - the table \`number\` is 5, but must be the SQL that makes it"
    `);
    expect(() => loose('test.list', undefined)).toThrow(
      /`version` is undefined.*\n.*`tables` is undefined, but must be/,
    );
  });

  it.each<[string, () => unknown, RegExp]>([
    ['a command', () => list.on(CreateTodo as never, () => undefined), /`on` is given .*, but needs an event class/],
    ['no function', () => list.on(TodoCreated, 5 as never), /`on` is given 5, but needs a function/],
    [
      'an event twice',
      () => list.on(TodoRenamed, () => undefined).on(TodoRenamed, () => undefined),
      /`on` names `test.todo-renamed` twice/,
    ],
    [
      'another policy',
      () => list.onDead('wait' as never),
      /`onDead` is "wait", but must be one of "block", "park", "skip"/,
    ],
  ])('refuses %s', (_what, declare, text) => {
    expect(declare).toThrow(text);
    expect(declare).toThrow(SetupError);
  });
});
