import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import type { AnywiseOptions } from '../core/bus/options.js';
import { Entities } from '../core/entities/entities.js';
import { entity } from '../core/entities/entity.js';
import { contract } from '../core/message/contract.js';
import { command, event } from '../core/message/declare.js';
import type { Store } from '../core/ports/store.js';
import { on } from '../core/registry/on.js';
import type { Registrable } from '../core/registry/registry.js';
import { memoryBroker } from '../memory/transport.js';
import { eventually } from '../testing/eventually.js';
import { upTo } from '../testing/store-cases/steps.js';
import { startBus } from './start-bus.js';
import {
  CompleteTodo,
  CreateTodo,
  DropTodo,
  GetTodo,
  ListTodoEvents,
  RenameTodo,
  Todo,
  TodoCompleted,
  TodoCreated,
  TodoRenamed,
  todo,
  todoContract,
  todoItems,
} from './todos.js';

const todoId = 't-1';
const state = (title: string, isCompleted = false): object => ({ todoId, title, isCompleted });

class Juggle extends command('shop.juggle', { data: z.object({ how: z.string() }) }) {}
const shop = contract('shop', { Juggle });
const contracts = [todoContract, shop];

type Juggler = (anywise: Anywise, entities: Entities) => Promise<void>;

/** A handler whose code a test chooses. */
function juggling(run: Juggler): Registrable {
  return on(Juggle)
    .inject({ anywise: Anywise, entities: Entities })
    .handle(async (_command, _context, { anywise, entities }) => run(anywise, entities));
}

const juggle = new Juggle({ how: 'x' });

/** How entities behave over a store. `open` opens the same data again and again. */
export function describeEntities(withStore: (work: (open: () => Store) => Promise<void>) => Promise<void>): void {
  const bus = (store: Store, options: Partial<AnywiseOptions> & { readonly items?: readonly Registrable[] } = {}) =>
    startBus({ contracts, store, ...options, items: [...todoItems, ...(options.items ?? [])] });

  it('decides on an entity, records what happened, replies and tells the listeners', () =>
    withStore(async (open) => {
      const heard: string[] = [];
      const listens = on(TodoRenamed).listen(({ title }) => void heard.push(title));
      const hears = on(TodoCompleted).listen(() => void heard.push('completed'));
      await using anywise = await bus(open(), { items: [listens, hears] });
      expect(await anywise.send(new CreateTodo({ todoId, title: 'Tea' }))).toBe('created Tea');
      await anywise.send(new RenameTodo({ todoId, title: 'Coffee' }));
      await anywise.send(new RenameTodo({ todoId, title: 'Coffee' }));
      await anywise.send(new CompleteTodo({ todoId }));
      expect(await anywise.send(new GetTodo({ todoId }))).toEqual({ state: state('Coffee', true), version: 3 });
      expect(await anywise.send(new ListTodoEvents({ todoId }))).toEqual([
        '1 test.todo-created',
        '2 test.todo-renamed',
        '3 test.todo-completed',
      ]);
      await eventually(() => expect(heard).toEqual(['Coffee', 'completed']));
    }));

  it('refuses to create what exists, and to change what does not, or does not any more', () =>
    withStore(async (open) => {
      await using anywise = await bus(open());
      const missing = { code: 'NOT_FOUND', retryable: false };
      await expect(anywise.send(new RenameTodo({ todoId, title: 'x' }))).rejects.toMatchObject(missing);
      await anywise.send(new CreateTodo({ todoId, title: 'Tea' }));
      const again = anywise.send(new CreateTodo({ todoId, title: 'Other' }));
      await expect(again).rejects.toMatchObject({ code: 'CONFLICT', retryable: false });
      expect(await anywise.send(new DropTodo({ todoId }))).toBe('dropped Tea');
      await expect(anywise.send(new CompleteTodo({ todoId }))).rejects.toMatchObject(missing);
      expect(await anywise.send(new CreateTodo({ todoId, title: 'New' }))).toBe('created New');
      expect(await anywise.send(new GetTodo({ todoId }))).toEqual({ state: state('New'), version: 3 });
    }));

  it('refuses a command for another version than the entity is at', () =>
    withStore(async (open) => {
      await using anywise = await bus(open());
      await anywise.send(new CreateTodo({ todoId, title: 'Tea' }));
      const stale = anywise.send(new RenameTodo({ todoId, title: 'x', version: 2 }));
      await expect(stale).rejects.toMatchObject({ code: 'CONFLICT', retryable: false });
      await anywise.send(new RenameTodo({ todoId, title: 'Coffee', version: 1 }));
      expect(await anywise.send(new GetTodo({ todoId }))).toEqual({ state: state('Coffee'), version: 2 });
    }));

  it('loses no decision of many at once on one entity, in two processes', () =>
    withStore(async (open) => {
      const heard: string[] = [];
      const items = [on(TodoRenamed).listen(({ title }) => void heard.push(title))];
      await using one = await bus(open(), { items });
      await using two = await bus(open(), { items });
      await one.send(new CreateTodo({ todoId, title: 'Tea' }));
      const titles = upTo(24).map((n) => `title ${n}`);
      const renames = titles.map((title, n) => (n % 2 === 0 ? one : two).send(new RenameTodo({ todoId, title })));
      await Promise.all(renames);
      const { version } = (await one.send(new GetTodo({ todoId }))) as { version: number };
      expect(version).toBe(25);
      await eventually(() => expect(heard).toHaveLength(24));
      expect([...heard].sort()).toEqual([...titles].sort());
    }));

  it('lets a nested command see what its message has appended, and undoes what fails', () =>
    withStore(async (open) => {
      await using anywise = await bus(open(), {
        items: [
          juggling(async (inner, entities) => {
            const loaded = await entities.load(todo, todoId);
            await loaded.append(new TodoCreated({ todoId, title: 'Tea' }), new TodoCompleted({ todoId }));
            expect([loaded.state, loaded.version]).toEqual([state('Tea', true), 2]);
            await inner.send(new RenameTodo({ todoId, title: 'Coffee' }));
            const failing = inner.transaction(async (tx) => {
              await tx.send(new RenameTodo({ todoId, title: 'Lost' }));
              throw new Error('undone');
            });
            await expect(failing).rejects.toThrow('undone');
            expect((await entities.load(todo, todoId)).state).toEqual(state('Coffee', true));
            const stale = loaded.append(new TodoRenamed({ todoId, title: 'Stale' }));
            await expect(stale).rejects.toMatchObject({ code: 'CONFLICT', retryable: false });
          }),
        ],
      });
      await anywise.send(juggle);
      expect(await anywise.send(new GetTodo({ todoId }))).toEqual({ state: state('Coffee', true), version: 3 });
    }));

  it('appends all events of a call or none, and calls that are awaited together one after the other', () =>
    withStore(async (open) => {
      await using anywise = await bus(open(), {
        items: [
          juggling(async (_bus, entities) => {
            const loaded = await entities.load(todo, todoId);
            await loaded.append(new TodoCreated({ todoId, title: 'Tea' }));
            const half = loaded.append(
              new TodoRenamed({ todoId, title: 'Lost' }),
              new TodoCreated({ todoId, title: 'x' }),
            );
            await expect(half).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
            expect([loaded.state, loaded.version]).toEqual([state('Tea'), 1]);
            await Promise.all([
              loaded.append(new TodoRenamed({ todoId, title: 'Coffee' })),
              loaded.append(new TodoCompleted({ todoId })),
            ]);
          }),
        ],
      });
      await anywise.send(juggle);
      expect(await anywise.send(new GetTodo({ todoId }))).toEqual({ state: state('Coffee', true), version: 3 });
    }));

  it('keeps neither events nor messages of a handler that fails', () =>
    withStore(async (open) => {
      const heard: string[] = [];
      await using anywise = await bus(open(), {
        items: [
          on(TodoCreated).listen(() => void heard.push('created')),
          juggling(async (inner) => {
            await inner.send(new CreateTodo({ todoId, title: 'Tea' }));
            throw new Error('no');
          }),
        ],
      });
      await expect(anywise.send(juggle)).rejects.toThrow('no');
      expect(await anywise.send(new GetTodo({ todoId }))).toEqual({ state: undefined, version: 0 });
      await anywise.send(new CreateTodo({ todoId: 't-2', title: 'Tea' }));
      await eventually(() => expect(heard).toEqual(['created']));
    }));

  it.each<[string, Juggler, object]>([
    [
      'an event of another entity',
      async (_bus, entities) => {
        await (await entities.load(todo, todoId)).append(new TodoCreated({ todoId: 't-2', title: 'x' }));
      },
      { code: 'INVALID_MESSAGE' },
    ],
    [
      'an event that the entity cannot have now',
      async (_bus, entities) => {
        await (await entities.load(todo, todoId)).append(new TodoRenamed({ todoId, title: 'x' }));
      },
      { code: 'INVALID_MESSAGE' },
    ],
    [
      'an append that nobody waits for',
      async (_bus, entities) => {
        void (await entities.load(todo, todoId)).append(new TodoCreated({ todoId, title: 'x' }));
      },
      { code: 'NOT_AWAITED' },
    ],
    [
      'an id that no event could have',
      async (_bus, entities) => {
        await entities.load(todo, '');
      },
      { code: 'INVALID_MESSAGE' },
    ],
    [
      'an entity that is not registered',
      async (_bus, entities) => {
        await entities.load(entity('test.other', { state: Todo }), todoId);
      },
      { code: 'INVALID_SETUP' },
    ],
  ])('refuses %s, and keeps nothing', (_what, run, error) =>
    withStore(async (open) => {
      await using anywise = await bus(open(), { items: [juggling(run)] });
      await expect(anywise.send(juggle)).rejects.toMatchObject(error);
      expect(await anywise.send(new GetTodo({ todoId }))).toEqual({ state: undefined, version: 0 });
    }),
  );

  it('forgets what an entity was, but not that it was, and tells others before', () =>
    withStore(async (open) => {
      class TodoForgotten extends event('test.todo-forgotten', {
        entityId: ({ id }) => id,
        data: z.object({ id: z.string() }),
      }) {}
      const forgetful = todo.evolve(TodoForgotten, (before) => before);
      await using anywise = await startBus({
        contracts: [shop],
        store: open(),
        items: [
          forgetful,
          juggling(async (_bus, entities) => {
            const loaded = await entities.load(forgetful, todoId);
            if (loaded.version > 0) {
              await loaded.append(new TodoForgotten({ id: todoId }));
              expect(await entities.erase(forgetful, todoId)).toBe(6);
              return;
            }
            await loaded.append(new TodoCreated({ todoId, title: 'secret' }));
            for (const n of upTo(5)) await loaded.append(new TodoRenamed({ todoId, title: `secret ${n}` }));
          }),
        ],
      });
      await anywise.send(juggle);
      await anywise.send(juggle);
      const [loaded, history, ids] = await anywise.transaction(async (tx) => {
        const entities = await tx.get(Entities);
        return [
          await entities.load(forgetful, todoId),
          await entities.history(forgetful, todoId),
          await entities.ids(forgetful),
        ] as const;
      });
      expect([loaded.state, loaded.version, ids]).toEqual([undefined, 7, [todoId]]);
      expect(history.map((one) => [one.version, one.event?.type])).toEqual([
        ...upTo(6).map((n) => [n + 1, undefined]),
        [7, 'test.todo-forgotten'],
      ]);
    }));

  it('begins with a snapshot, until the shape of the state is another', () =>
    withStore(async (open) => {
      const evolved: string[] = [];
      const watched = (version: number) =>
        entity('test.todo', { state: Todo, snapshot: { every: 5, version } })
          .create(TodoCreated, ({ todoId: id, title }) => ({ todoId: id, title, isCompleted: false }))
          .evolve(TodoRenamed, (before, { title }) => {
            evolved.push(title);
            return { ...before, title: `${version} ${title}` };
          });
      const renames = async (version: number, title: string): Promise<unknown> => {
        const own = watched(version);
        await using anywise = await startBus({
          contracts: [shop],
          store: open(),
          items: [
            juggling(async (_bus, entities) => {
              const loaded = await entities.load(own, todoId);
              if (loaded.version === 0) await loaded.append(new TodoCreated({ todoId, title }));
              await loaded.append(new TodoRenamed({ todoId, title }));
            }),
            own,
          ],
        });
        evolved.length = 0;
        await anywise.send(juggle);
        return evolved.length;
      };
      for (const n of upTo(4)) expect(await renames(1, `${n}`)).toBe(n + 1);
      expect(await renames(1, 'after the snapshot')).toBe(1);
      expect(await renames(2, 'of another shape')).toBe(6);
    }));

  it('reads stored events of older versions, and refuses to decide on events that it does not know', () =>
    withStore(async (open) => {
      const made = (version: 1 | 2) => {
        class Named extends event('test.named', {
          version,
          entityId: ({ id }) => id,
          data: z.object({ id: z.string(), [version === 1 ? 'name' : 'title']: z.string() }) as unknown as z.ZodObject<{
            id: z.ZodString;
          }>,
          ...(version === 2 && { upcast: { 1: ({ name, ...rest }: { name: string }) => ({ ...rest, title: name }) } }),
        }) {}
        class Extra extends event('test.extra', { entityId: ({ id }) => id, data: z.object({ id: z.string() }) }) {}
        const base = entity('test.thing', { state: z.object({ title: z.string() }) });
        const title = (named: object): string =>
          String((named as Record<string, unknown>)[version === 1 ? 'name' : 'title']);
        const thing = base
          .create(Named, (named) => ({ title: title(named) }))
          .evolve(Named, (_before, named) => ({ title: title(named) }));
        return { Named, Extra, thing: version === 1 ? thing : thing.evolve(Extra, (before) => before) };
      };
      const seen: unknown[] = [];
      const run = async (version: 1 | 2, append: (one: ReturnType<typeof made>) => object): Promise<void> => {
        const one = made(version);
        await using anywise = await startBus({
          store: open(),
          contracts: [shop],
          items: [
            one.thing,
            juggling(async (_bus, entities) => {
              const loaded = await entities.load(one.thing, 'a');
              seen.push(loaded.state);
              await loaded.append(append(one) as never);
            }),
          ],
        });
        await anywise.send(juggle);
      };
      await run(1, ({ Named }) => new Named({ id: 'a', name: 'old' } as never));
      await run(2, ({ Extra }) => new Extra({ id: 'a' }));
      await run(2, ({ Named }) => new Named({ id: 'a', title: 'new' } as never));
      expect(seen).toEqual([undefined, { title: 'old' }, { title: 'old' }]);
      const old = run(1, ({ Named }) => new Named({ id: 'a', name: 'x' } as never));
      await expect(old).rejects.toMatchObject({ code: 'UNREADABLE', retryable: true });
      await expect(old).rejects.toThrow('`test.thing/a` cannot be rebuilt: `test.extra`, its version 2 at position 2');
    }));

  it('keeps an event of no contract in the service, and sends the others on', () =>
    withStore(async (open) => {
      const broker = memoryBroker();
      const left: string[] = [];
      const heard: string[] = [];
      const listens = on(TodoCompleted).listen(() => void heard.push('completed'));
      await using other = await startBus({
        name: 'other',
        contracts,
        transport: broker.connect(),
        items: [on(TodoCreated).listen(({ type }) => void left.push(type))],
      });
      expect(other.verify()).toEqual([]);
      const transport = broker.connect();
      const publish = transport.publish.bind(transport);
      Object.assign(transport, {
        publish: (envelopes: readonly { readonly type: string }[], ...rest: readonly never[]) => {
          left.push(...envelopes.map(({ type }) => `sent ${type}`));
          return (publish as (...args: readonly unknown[]) => unknown)(envelopes, ...rest);
        },
      });
      await using anywise = await bus(open(), { transport, items: [listens] });
      await anywise.send(new CreateTodo({ todoId, title: 'Tea' }));
      await anywise.send(new CompleteTodo({ todoId }));
      await anywise.send(new DropTodo({ todoId }));
      await eventually(() => expect(left).toContain('sent test.todo-dropped'));
      await eventually(() => expect(left).toContain('test.todo-created'));
      await eventually(() => expect(heard).toEqual(['completed']));
      expect(left.filter((one) => one.includes('completed'))).toEqual([]);
    }));

  it('decides enqueued commands and commands with a key once', () =>
    withStore(async (open) => {
      await using anywise = await bus(open());
      const send = (): Promise<unknown> =>
        anywise.send(new CreateTodo({ todoId, title: 'Tea' }), { idempotencyKey: 'k' });
      expect([await send(), await send()]).toEqual(['created Tea', 'created Tea']);
      await anywise.enqueue(new RenameTodo({ todoId, title: 'Coffee' }));
      await eventually(async () => {
        expect(await anywise.send(new GetTodo({ todoId }))).toEqual({ state: state('Coffee'), version: 2 });
      });
      await anywise.enqueue(new RenameTodo({ todoId: 'nobody', title: 'x' }));
      await eventually(async () => {
        const [letter] = await anywise.deadLetters.list();
        expect(letter?.error).toContain('which does not exist');
      });
    }));
}
