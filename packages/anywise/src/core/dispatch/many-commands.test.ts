import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../bus/anywise.js';
import { contract } from '../message/contract.js';
import { command, event, query } from '../message/declare.js';
import { Command } from '../message/message.js';
import { methods } from '../registry/methods.js';
import { errorText } from '../errors/thrown.js';
import { on } from '../registry/on.js';
import { MessageRegistry, type Registrable } from '../registry/registry.js';
import { memoryStore } from '../../memory/store.js';
import { fixed } from '../../testing/fixed.js';
import { eventually } from '../../testing/eventually.js';
import { silent, startBus } from '../../test-support/start-bus.js';

const data = z.object({ id: z.string() });
abstract class TodoCommand extends Command {
  declare readonly id: string;
}
class Rename extends command('todos.rename', { base: TodoCommand, data, reply: z.string() }) {}
class Complete extends command('todos.complete', { base: TodoCommand, data, reply: z.string() }) {}
class Find extends query('todos.find', { base: TodoCommand, data, reply: z.string() }) {}
class Archive extends command('todos.archive', { data, reply: z.string() }) {}
class Archived extends event('todos.archived', { data, entityId: ({ id }) => id }) {}
const todos = contract('todos', { Rename, Complete, Find, Archive, Archived });
const others = [on(Find).handle(async () => 'found'), on(Archive).handle(async () => 'archived')];

/** What is wrong with a bus that has these items. */
function problemsOf(items: readonly Registrable[], more: readonly Registrable[] = []): readonly string[] {
  const registries = [new MessageRegistry('todos').register(...items), new MessageRegistry('more').register(...more)];
  return new Anywise({ name: 'todos', contracts: [todos], registries, logger: silent }).verify();
}

describe('one handler for several commands', () => {
  it('handles each of them', async () => {
    const change = on(Rename, Complete).handle(async ({ id, type }) => `${type} ${id}`);
    await using bus = await startBus({ name: 'todos', contracts: [todos], items: [change, ...others] });
    await expect(bus.send(new Rename({ id: '1' }))).resolves.toBe('todos.rename 1');
    await expect(bus.send(new Complete({ id: '2' }))).resolves.toBe('todos.complete 2');
    for (const message of [Rename, Complete]) {
      expect(bus.inspect.handler(message)).toMatchObject({
        place: 'registry `todos`, handler of `todos.rename` and `todos.complete`',
      });
    }
  });

  it('has the guards of each', async () => {
    const guarded: string[] = [];
    await using bus = await startBus({
      items: [
        on(Rename, Complete).handle(async () => 'done'),
        on(Complete).before(({ type }) => void guarded.push(type)),
        on(TodoCommand).before(({ id }) => void guarded.push(id)),
      ],
    });
    await bus.send(new Rename({ id: '1' }));
    await bus.send(new Complete({ id: '2' }));
    expect(guarded).toEqual(['1', '2', 'todos.complete']);
  });

  it('can be a method of a class', async () => {
    class Todos {
      change({ type }: Rename | Complete): string {
        return type;
      }

      any({ id }: TodoCommand): string {
        return id;
      }
    }
    const container = fixed([Todos, new Todos()]);
    await using one = await startBus({ items: [methods(Todos, { change: [Rename, Complete] })], container });
    await expect(one.send(new Complete({ id: '1' }))).resolves.toBe('todos.complete');
    await using other = await startBus({ items: [methods(Todos, { any: TodoCommand })], container });
    await expect(other.send(new Complete({ id: '1' }))).resolves.toBe('1');
  });

  it('handles enqueued ones, each by its own name', async () => {
    const handled: string[] = [];
    const change = on(Rename, Complete).handle(async ({ type, id }) => {
      handled.push(`${type} ${id}`);
      return id;
    });
    const items = [change, ...others];
    await using bus = await startBus({ name: 'todos', contracts: [todos], store: memoryStore(), items });
    await bus.enqueue(new Rename({ id: '1' }));
    await bus.enqueue(new Complete({ id: '2' }));
    await eventually(() => expect(handled.sort()).toEqual(['todos.complete 2', 'todos.rename 1']));
  });

  it('is refused where one of them has another handler', () => {
    const change = on(Rename, Complete).handle(async () => 'changed');
    expect(problemsOf([change, ...others], [on(Complete).handle(async () => 'completed')])).toMatchInlineSnapshot(`
      [
        "\`todos.complete\` has two handlers: in registry \`todos\`, handler of \`todos.rename\` and \`todos.complete\` and in registry \`more\`, handler of \`todos.complete\`; remove one, or let one take the other's place with \`registry.replace(…)\`",
      ]
    `);
    expect(problemsOf([change, ...others], [on(Complete, Rename).handle(async () => 'completed')])).toHaveLength(2);
  });

  it('gives way to one that replaces it, for the commands that this names', async () => {
    const registry = new MessageRegistry('todos').register(on(Rename, Complete).handle(async () => 'changed'));
    registry.replace(on(Complete).handle(async () => 'completed'));
    const bus = new Anywise({ name: 'shop', registries: [registry], logger: silent });
    await bus.start();
    expect(await Promise.all([bus.send(new Rename({ id: '1' })), bus.send(new Complete({ id: '1' }))])).toEqual([
      'changed',
      'completed',
    ]);
    await bus.stop();
  });
});

describe('one handler for a group', () => {
  const change = on(TodoCommand).handle(async ({ id, type }) => `${type} ${id}`);
  const archive = on(Archive).handle(async () => 'archived');

  it('handles every command and query below it', async () => {
    await using bus = await startBus({ name: 'todos', contracts: [todos], items: [change, archive] });
    for (const message of [new Rename({ id: '1' }), new Complete({ id: '2' }), new Find({ id: '3' })]) {
      await expect(bus.send(message)).resolves.toBe(`${message.type} ${message.id}`);
    }
    await expect(bus.send(new Archive({ id: '4' }))).resolves.toBe('archived');
    expect(bus.describe().messages.map(({ type, handler }) => [type, handler !== undefined])).toEqual([
      ['todos.archive', true],
      ['todos.archived', false],
      ['todos.complete', true],
      ['todos.find', true],
      ['todos.rename', true],
    ]);
  });

  it('works without contracts too', async () => {
    await using bus = await startBus({ items: [change] });
    await expect(bus.send(new Rename({ id: '1' }))).resolves.toBe('todos.rename 1');
    await expect(bus.send(new Rename({ id: '2' }))).resolves.toBe('todos.rename 2');
    await expect(bus.send(new Archive({ id: '1' }))).rejects.toMatchObject({ code: 'NO_HANDLER' });
  });

  it('leaves those to others that these name', async () => {
    const rename = on(Rename).handle(async () => 'renamed');
    await using bus = await startBus({ name: 'todos', contracts: [todos], items: [change, archive, rename] });
    await expect(bus.send(new Rename({ id: '1' }))).resolves.toBe('renamed');
    await expect(bus.send(new Complete({ id: '1' }))).resolves.toBe('todos.complete 1');
  });

  it('handles enqueued commands', async () => {
    const handled: string[] = [];
    const note = on(TodoCommand).handle(async ({ id }) => {
      handled.push(id);
      return id;
    });
    const items = [note, archive];
    await using bus = await startBus({ name: 'todos', contracts: [todos], store: memoryStore(), items });
    await bus.enqueue(new Complete({ id: '1' }));
    await eventually(() => expect(handled).toEqual(['1']));
  });

  it('is refused where another group covers the same command, and nothing names it', () => {
    const everything = on(Command).handle(async () => 'any');
    const problems = problemsOf([change, everything, on(Find, Complete).handle(async () => 'named')]);
    expect(problems).toMatchInlineSnapshot(`
      [
        "\`todos.rename\` has two handlers: in registry \`todos\`, handler of \`TodoCommand\` and in registry \`todos\`, handler of \`Command\`; remove one, or let one take the other's place with \`registry.replace(…)\`",
      ]
    `);
  });

  it('is refused where no command is below it', () => {
    abstract class EmptyCommand extends Command {}
    const empty = on(EmptyCommand).handle(async () => undefined);
    expect(problemsOf([change, archive, empty])).toMatchInlineSnapshot(`
      [
        "registry \`todos\`, handler of \`EmptyCommand\` handles \`EmptyCommand\`, but no contract given has a command below; add its contract to \`contracts\`",
      ]
    `);
  });

  it('replaces the handlers of all below it', async () => {
    const registry = new MessageRegistry('todos').register(on(Rename).handle(async () => 'renamed'));
    registry.replace(change);
    const bus = new Anywise({
      name: 'todos',
      contracts: [todos],
      registries: [registry.register(archive)],
      logger: silent,
    });
    expect(bus.verify()).toEqual([]);
    await bus.start();
    await expect(bus.send(new Rename({ id: '1' }))).resolves.toBe('todos.rename 1');
    await bus.stop();
  });
});

describe('an instance of a class that extends a message', () => {
  class RenameLoudly extends Rename {
    get loud(): string {
      return this.id.toUpperCase();
    }
  }
  class ArchivedLoudly extends Archived {}

  it('is sent, guarded and handled as that message', async () => {
    const guarded: string[] = [];
    await using bus = await startBus({
      items: [
        on(Rename).before(({ id }) => void guarded.push(id)),
        on(Rename).handle(async (rename) => (rename instanceof RenameLoudly ? rename.loud : rename.id)),
      ],
    });
    await expect(bus.send(new RenameLoudly({ id: 'a' }))).resolves.toBe('A');
    await expect(bus.send(RenameLoudly.parse({ id: 'b' }))).resolves.toBe('B');
    expect(guarded).toEqual(['a', 'b']);
    expect(bus.inspect.handler(RenameLoudly)).toEqual(bus.inspect.handler(Rename));
  });

  it('is published as that event, and enqueued as that command', async () => {
    const heard: unknown[] = [];
    await using bus = await startBus({
      name: 'todos',
      contracts: [todos],
      store: memoryStore(),
      items: [
        on(Archived).listen((archived) => void heard.push(archived)),
        on(Rename, Complete, Find, Archive).handle(async (rename) => {
          heard.push(rename);
          return '';
        }),
      ],
    });
    await bus.publish(new ArchivedLoudly({ id: '1' }));
    await bus.enqueue(new RenameLoudly({ id: '2' }));
    await eventually(() => expect(heard).toHaveLength(2));
    expect(heard).toEqual(expect.arrayContaining([new Archived({ id: '1' }), new Rename({ id: '2' })]));
  });

  it('is not what a handler or listener is for', () => {
    const items = [
      on(RenameLoudly).handle(async () => ''),
      on(ArchivedLoudly).listen(() => undefined),
      on(Complete, Find, Archive).handle(async () => ''),
    ];
    expect(problemsOf(items)).toMatchInlineSnapshot(`
      [
        "registry \`todos\`, handler of \`todos.rename\` is for \`RenameLoudly\`, which extends the message \`Rename\`; what is delivered is a \`Rename\`, so write \`on(Rename)\`",
        "registry \`todos\`, listener of \`todos.archived\` is for \`ArchivedLoudly\`, which extends the message \`Archived\`; what is delivered is a \`Archived\`, so write \`on(Archived)\`",
      ]
    `);
  });
});

describe('what is no message, or another kind of message', () => {
  it.each([undefined, null, {}, 'text', { type: 'todos.rename' }])('is refused by every verb: %p', async (value) => {
    await using bus = await startBus({ store: memoryStore() });
    for (const refused of [bus.send(value as never), bus.publish(value as never), bus.enqueue(value as never)]) {
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
    }
  });

  it('is told which verb to use', async () => {
    await using bus = await startBus({ contracts: [todos], store: memoryStore() });
    const errors = await Promise.all(
      [
        bus.send(new Archived({ id: '1' }) as never),
        bus.enqueue(new Archived({ id: '1' }) as never),
        bus.publish(new Rename({ id: '1' }) as never),
        bus.publish(new Find({ id: '1' }) as never),
      ].map((refused) => refused.then(String, errorText)),
    );
    expect(errors).toMatchInlineSnapshot(`
      [
        "\`todos.archived\` was sent, but is an event. Use \`publish\`.",
        "\`todos.archived\` was enqueued, but is an event. Use \`publish\`.",
        "\`todos.rename\` was published, but is a command. Use \`send\`.",
        "\`todos.find\` was published, but is a query. Use \`send\`.",
      ]
    `);
  });
});
