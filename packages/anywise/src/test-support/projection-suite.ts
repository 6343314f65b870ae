import { expect, it } from '@jest/globals';
import type { Anywise } from '../core/bus/anywise.js';
import type { AnywiseOptions } from '../core/bus/options.js';
import { Entities } from '../core/entities/entities.js';
import type { Projection, ProjectionBuilder } from '../core/projections/projection.js';
import type { FeedPage } from '../core/ports/event-log.js';
import type { Store } from '../core/ports/store.js';
import { eventually } from '../testing/eventually.js';
import { upTo } from '../testing/store-cases/steps.js';
import { startBus } from './start-bus.js';
import { bareContract, ListTodos, todoListContract, todoListItems, todoListOf } from './todo-list.js';
import {
  CompleteTodo,
  completeTodo,
  CreateTodo,
  createTodo,
  DropTodo,
  dropTodo,
  RenameTodo,
  renameTodo,
  todo,
  TodoRenamed,
} from './todos.js';

type List = ProjectionBuilder<'todos'>;
const writers = [createTodo, renameTodo, completeTodo, dropTodo];

/** How read models behave over a store with tables. `open` opens the same data again and again. */
export function describeProjections(withStore: (work: (open: () => Store) => Promise<void>) => Promise<void>): void {
  const bus = (store: Store, list: List, options: Partial<AnywiseOptions> = {}) =>
    startBus({ contracts: [todoListContract], store, items: todoListItems(list), ...options });
  /** A process with code that has no read model. */
  const bareBus = (store: Store) => startBus({ contracts: [bareContract], store, items: [...writers] });
  const finds = (anywise: Anywise, ...titles: readonly string[]) =>
    eventually(async () => expect(await anywise.send(new ListTodos())).toEqual(titles));
  const create = (anywise: Anywise, todoId: string, title = todoId) => anywise.send(new CreateTodo({ todoId, title }));
  const rename = (anywise: Anywise, todoId: string, title: string) => anywise.send(new RenameTodo({ todoId, title }));
  const statesOf = async (store: Store): Promise<string[]> =>
    ((await store.projections?.list()) ?? []).map(
      ({ version, generation, state }) => `${version}.${generation} ${state}`,
    );

  it('are filled from the first event on, whenever they are declared, and follow', () =>
    withStore(async (open) => {
      {
        await using before = await bareBus(open());
        await create(before, 'a');
        await rename(before, 'a', 'A');
        await create(before, 'b');
      }
      await using anywise = await bus(open(), todoListOf());
      await finds(anywise, 'A 2', 'b 1');
      await anywise.send(new CompleteTodo({ todoId: 'b' }));
      await anywise.send(new DropTodo({ todoId: 'a' }));
      await finds(anywise, 'b ✓ 2');
      await create(anywise, 'c');
      await finds(anywise, 'b ✓ 2', 'c 1');
      expect(await anywise.check()).toEqual([]);
    }));

  it('can be waited for, so that a query finds what a command has done', () =>
    withStore(async (open) => {
      const list = todoListOf();
      await using anywise = await bus(open(), list);
      for (const n of upTo(5)) {
        await create(anywise, `t${n}`);
        await anywise.projected(list);
        expect(await anywise.send(new ListTodos())).toHaveLength(n + 1);
      }
      await expect(anywise.projected(todoListOf(2))).rejects.toMatchObject({ code: 'INVALID_SETUP' });
      const steps = list.steps.map((step) => ({ ...step, run: failing(step.run, () => true) }));
      await using broken = await bus(open(), { ...todoListOf(3), steps });
      const late = broken.projected(todoListOf(3), { timeoutMs: 20 });
      await expect(late).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
    }));

  it('take in many events once each, in two processes, while more come', () =>
    withStore(async (open) => {
      await using one = await bus(open(), todoListOf());
      await using two = await bus(open(), todoListOf());
      const ids = upTo(4).map((n) => `t${n}`);
      await Promise.all(ids.map((id) => create(one, id)));
      for (const round of upTo(10)) {
        await Promise.all(ids.map((id, n) => rename(n % 2 === 0 ? one : two, id, `${id} ${round}`)));
      }
      for (const each of [one, two]) await finds(each, ...ids.map((id) => `${id} 9 11`));
    }));

  it('take in each event once, even if a process comes back that still believes it is its turn', () =>
    withStore(async (open) => {
      let letGo: () => void = () => undefined;
      const paused = new Promise<void>((resolve) => (letGo = resolve));
      let hasRead: () => void = () => undefined;
      const reads = new Promise<void>((resolve) => (hasRead = resolve));
      const late = await bus(
        believingStore(open(), async ({ events }) => {
          if (events.length === 0) return;
          hasRead();
          await paused;
        }),
        todoListOf(),
      );
      await create(late, 'a');
      await reads;
      await using one = await bus(believingStore(open()), todoListOf());
      await finds(one, 'a 1');
      letGo();
      await late.stop();
      expect((await one.status())?.projections).toMatchObject([{ behind: 0 }]);
      expect((await one.status())?.projections[0]).not.toHaveProperty('error');
      expect(await one.check()).toEqual([]);
      await using two = await bus(believingStore(open()), todoListOf());
      for (const title of ['A', 'B', 'C']) {
        await rename(one, 'a', title);
        await rename(two, 'a', `${title}${title}`);
      }
      await finds(one, 'CC 7');
    }));

  it('are taken over by another process when the one that fills them stops', () =>
    withStore(async (open) => {
      const one = await bus(open(), todoListOf());
      await using two = await bus(open(), todoListOf());
      await create(one, 'a');
      await one.stop();
      await create(two, 'b');
      await finds(two, 'a 1', 'b 1');
    }));

  it('are written with the command if they are inline, or the command fails', () =>
    withStore(async (open) => {
      let isBroken = false;
      const list = todoListOf().inline();
      const broken = {
        ...list,
        steps: list.steps.map((step) => ({ ...step, run: failing(step.run, () => isBroken) })),
      };
      await using anywise = await bus(open(), broken);
      await create(anywise, 'a');
      expect(await anywise.send(new ListTodos())).toEqual(['a 1']);
      await rename(anywise, 'a', 'A');
      expect(await anywise.send(new ListTodos())).toEqual(['A 2']);
      isBroken = true;
      await expect(rename(anywise, 'a', 'lost')).rejects.toThrow('broken');
      isBroken = false;
      expect(await anywise.send(new ListTodos())).toEqual(['A 2']);
      await rename(anywise, 'a', 'B');
      expect(await anywise.send(new ListTodos())).toEqual(['B 3']);
    }));

  it('lose nothing that older code appends, which does not know of them', () =>
    withStore(async (open) => {
      const store = open();
      await using anywise = await bus(store, todoListOf().inline());
      await using old = await bareBus(open());
      for (const round of upTo(3)) {
        await create(anywise, `new${round}`);
        await create(old, `old${round}`);
        await Promise.all([rename(anywise, `old${round}`, 'A'), rename(old, `new${round}`, 'B')]);
      }
      await finds(anywise, 'B 2', 'B 2', 'B 2', 'A 2', 'A 2', 'A 2');
      await eventually(async () => expect(await statesOf(store)).toEqual(['1.1 inline']));
      await create(anywise, 'z');
      expect(await anywise.send(new ListTodos())).toHaveLength(7);
    }));

  it('are kept in each version as long as processes run it', () =>
    withStore(async (open) => {
      const store = open();
      await using old = await bus(store, todoListOf(1, 'old '));
      await create(old, 'a');
      await using anywise = await bus(open(), todoListOf(2, 'new '));
      await create(anywise, 'b');
      await finds(old, 'old a 1', 'old b 1');
      await finds(anywise, 'new a 1', 'new b 1');
      expect(await statesOf(store)).toEqual(['1.1 live', '2.1 live']);
    }));

  it('are rebuilt beside the one that is read, which follows until the other has caught up', () =>
    withStore(async (open) => {
      const store = open();
      await using anywise = await bus(store, todoListOf());
      await create(anywise, 'a');
      await create(anywise, 'secret');
      await finds(anywise, 'a 1', 'secret 1');
      await anywise.transaction(async (tx) => (await tx.get(Entities)).erase(todo, 'secret'));
      expect(await store.projections?.rebuild({ name: 'test.todo-list', version: 1 })).toBe(2);
      await create(anywise, 'b');
      await finds(anywise, 'a 1', 'b 1');
      expect(await statesOf(store)).toEqual(['1.1 retired', '1.2 live']);
    }));

  it('stand still at an event that they cannot take in, say so, and go on with corrected code', () =>
    withStore(async (open) => {
      const store = open();
      {
        const list = todoListOf();
        const steps = list.steps.map((step) =>
          step.event === (TodoRenamed as unknown) ? { ...step, run: failing(step.run, () => true) } : step,
        );
        await using broken = await bus(store, { ...list, steps });
        await create(broken, 'a');
        await rename(broken, 'a', 'A');
        await create(broken, 'b');
        await eventually(async () =>
          expect(await broken.check()).toEqual(['the projection test.todo-list@1 is stuck']),
        );
        expect(await broken.send(new ListTodos())).toEqual(['a 1']);
        const [status] = (await broken.status())?.projections ?? [];
        const error = `\`test.todo-renamed\` at position ${Number(status?.position) + 1}: broken`;
        expect(status).toMatchObject({ state: 'live', behind: 2, error });
      }
      await using anywise = await bus(open(), todoListOf());
      await finds(anywise, 'A 2', 'b 1');
      expect(await anywise.check()).toEqual([]);
    }));

  it('park what they cannot take in, with what follows of its entity, and take it in when it is retried', () =>
    withStore(async (open) => {
      const store = open();
      let isBroken = true;
      await using anywise = await bus(store, brokenList(() => isBroken).onDead('park'));
      for (const id of ['a', 'b']) await create(anywise, id);
      for (const title of ['A', 'AA']) await rename(anywise, 'a', title);
      await anywise.send(new CompleteTodo({ todoId: 'b' }));
      await finds(anywise, 'a 1', 'b ✓ 2');
      expect((await anywise.status())?.projections).toMatchObject([{ behind: 0, parked: 2, skipped: 0 }]);
      expect((await anywise.status())?.projections[0]).not.toHaveProperty('error');
      expect(await anywise.check()).toEqual([]);
      const again = { name: 'test.todo-list', stream: 'test.todo/a' };
      expect(await store.projections?.faults.list({}, { limit: 10 })).toMatchObject([
        { ...again, type: 'test.todo-renamed', eventVersion: 2, state: 'parked', error: 'broken' },
      ]);
      expect(await store.projections?.faults.retry(again)).toBe(1);
      await eventually(async () =>
        expect((await anywise.status())?.projections).toMatchObject([{ parked: 2, state: 'live' }]),
      );
      isBroken = false;
      await store.projections?.faults.retry(again);
      await finds(anywise, 'AA 3', 'b ✓ 2');
      await rename(anywise, 'a', 'AAA');
      await finds(anywise, 'AAA 4', 'b ✓ 2');
      expect(await store.projections?.faults.list({}, { limit: 10 })).toEqual([]);
    }));

  it('leave out what they cannot take in, if they skip, and count it', () =>
    withStore(async (open) => {
      await using anywise = await bus(open(), brokenList(() => true).onDead('skip'));
      await create(anywise, 'a');
      await rename(anywise, 'a', 'A');
      await anywise.send(new CompleteTodo({ todoId: 'a' }));
      await finds(anywise, 'a ✓ 2');
      expect((await anywise.status())?.projections).toMatchObject([{ behind: 0, parked: 0, skipped: 1 }]);
    }));

  it('do not take the place of one that is complete, nor that of inline ones, while something is parked', () =>
    withStore(async (open) => {
      const store = open();
      let isBroken = false;
      await using anywise = await bus(
        store,
        brokenList(() => isBroken)
          .onDead('park')
          .inline(),
      );
      await create(anywise, 'a');
      await rename(anywise, 'a', 'A');
      isBroken = true;
      await store.projections?.rebuild({ name: 'test.todo-list', version: 1 });
      await eventually(async () =>
        expect((await anywise.status())?.projections).toMatchObject([
          { generation: 1, state: 'inline', parked: 0 },
          { generation: 2, state: 'building', parked: 1, behind: 0 },
        ]),
      );
      isBroken = false;
      await rename(anywise, 'a', 'AA');
      expect(await anywise.send(new ListTodos())).toEqual(['AA 3']);
      await eventually(async () => {
        await store.projections?.faults.retry({});
        expect(await statesOf(store)).toEqual(['1.1 retired', '1.2 inline']);
      });
      expect(await anywise.send(new ListTodos())).toEqual(['AA 3']);
    }));
}

/** A list that cannot take in how a todo is renamed, as long as it is broken. */
function brokenList(isBroken: () => boolean): List {
  return todoListOf(1, '', () => {
    if (isBroken()) throw new Error('broken');
  });
}

/** The store of a process that believes it may fill read models, and goes on with what it has read after a while. */
function believingStore(store: Store, after: (page: FeedPage) => Promise<void> = async () => undefined): Store {
  return changed(store, {
    projections: () => store.projections && changed(store.projections, { lease: () => async () => true }),
    log: () =>
      store.log &&
      changed(store.log, {
        feed: () => async (position, options) => {
          const page = await store.log?.feed(position, options);
          if (page === undefined) throw new Error('the log is gone');
          await after(page);
          return page;
        },
      }),
  });
}

/** The same, but for some of its members. */
function changed<T extends object>(target: T, change: { readonly [K in keyof T]?: () => T[K] }): T {
  return new Proxy(target, {
    get: (_target, name) => {
      const made = change[name as keyof T];
      if (made !== undefined) return made();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

type Run = Projection['steps'][number]['run'];

function failing(run: Run, isBroken: () => boolean): Run {
  return (...args) => {
    if (isBroken()) throw new Error('broken');
    return run(...args);
  };
}
