import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Container, inject, injectable } from 'inversify';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import type { Context } from '../core/message/context.js';
import type { Guard, OpaqueReply } from '../core/registry/definitions.js';
import { Command } from '../core/message/message.js';
import { command } from '../core/message/declare.js';
import { handles } from '../core/registry/methods.js';
import { on } from '../core/registry/on.js';
import type { Registrable } from '../core/registry/registry.js';
import { token } from '../core/ports/container.js';
import { startBus, silent } from '../test-support/start-bus.js';
import { inversify } from './container.js';

class Outer extends command('test.outer', { data: z.object({ fail: z.boolean().optional() }), reply: z.string() }) {}
class Inner extends command('test.inner', { reply: z.string() }) {}

const asyncDispose: symbol = (Symbol as { asyncDispose?: symbol }).asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/** A container whose services note in `log` what becomes of them. */
function world() {
  const log: string[] = [];
  const container = new Container();
  const adapter = inversify(container);

  @injectable()
  class UnitOfWork {
    static made = 0;
    readonly name = `unit ${++UnitOfWork.made}`;

    constructor() {
      log.push(`${this.name} made`);
    }

    [asyncDispose]() {
      log.push(`${this.name} disposed`);
      return Promise.resolve();
    }
  }

  @injectable()
  class Repository {
    constructor(@inject(UnitOfWork) readonly unit: UnitOfWork) {}

    [asyncDispose]() {
      log.push(`repository of ${this.unit.name} disposed`);
      return Promise.resolve();
    }
  }

  @injectable()
  class Audit implements Guard<Command> {
    constructor(@inject(UnitOfWork) private readonly unit: UnitOfWork) {}

    async handle({ type }: Command, _context: Context, next: () => Promise<OpaqueReply>): Promise<OpaqueReply> {
      log.push(`${type} guarded in ${this.unit.name}`);
      return next();
    }
  }

  @injectable()
  class OuterHandler {
    constructor(
      @inject(Repository) private readonly repository: Repository,
      @inject(Anywise) private readonly anywise: Anywise,
    ) {}

    @handles(Outer)
    async handle({ fail = false }: Outer): Promise<string> {
      const inner = await this.anywise.send(new Inner());
      if (fail) throw new Error('failed');
      return `${this.repository.unit.name}, ${inner}`;
    }
  }

  const inner = on(Inner)
    .inject({ repository: Repository })
    .handle(async (_command, _context, { repository }) => repository.unit.name);

  adapter.scoped(UnitOfWork, (bind) => bind.to(UnitOfWork));
  adapter.scoped(Repository, (bind) => bind.to(Repository));
  container.bind(Audit).toSelf();
  container.bind(OuterHandler).toSelf();
  const items: Registrable[] = [on(Command).guardWith(Audit), OuterHandler, inner];
  return { log, container, adapter, items };
}

describe('a scoped service', () => {
  it('is one for guards, handler and what the handler sends, and another for the next message', async () => {
    const { items, adapter } = world();
    await using bus = await startBus({ items, container: adapter });
    await expect(bus.send(new Outer({}))).resolves.toBe('unit 1, unit 1');
    await expect(bus.send(new Outer({}))).resolves.toBe('unit 2, unit 2');
  });

  it('is kept apart between messages at once', async () => {
    const { items, adapter } = world();
    await using bus = await startBus({ items, container: adapter });
    const replies = await Promise.all([bus.send(new Outer({})), bus.send(new Outer({})), bus.send(new Inner())]);
    expect(replies).toEqual(['unit 1, unit 1', 'unit 2, unit 2', 'unit 3']);
  });

  it('is disposed at the end of the message, the last made first', async () => {
    const { items, adapter, log } = world();
    await using bus = await startBus({ items, container: adapter });
    await bus.send(new Outer({}));
    expect(log).toEqual([
      'unit 1 made',
      'test.outer guarded in unit 1',
      'test.inner guarded in unit 1',
      'repository of unit 1 disposed',
      'unit 1 disposed',
    ]);
  });

  it('is disposed where the handler fails', async () => {
    const { items, adapter, log } = world();
    await using bus = await startBus({ items, container: adapter });
    await expect(bus.send(new Outer({ fail: true }))).rejects.toThrow('failed');
    expect(log.slice(-2)).toEqual(['repository of unit 1 disposed', 'unit 1 disposed']);
  });

  it('is disposed though the disposal of another fails, and though it is null', async () => {
    const disposed: string[] = [];
    const errors: unknown[] = [];
    const container = new Container();
    class First {
      async [asyncDispose](): Promise<void> {
        disposed.push('first');
      }
    }
    class Second {
      async [asyncDispose](): Promise<void> {
        disposed.push('second');
        throw new Error('stuck');
      }
    }
    const Third = token<null>('Third');
    const adapter = inversify(container)
      .scoped(First, (bind) => bind.toDynamicValue(() => new First()))
      .scoped(Second, (bind) => bind.toDynamicValue(() => new Second()))
      .scoped(Third, (bind) => bind.toDynamicValue(() => null));
    const handler = on(Inner)
      .inject({ first: First, second: Second, third: Third })
      .handle(async () => 'done');
    const logger = { ...silent, error: (details: object) => void errors.push(details) };
    await using bus = await startBus({ items: [handler], container: adapter, logger });
    await expect(bus.send(new Inner())).resolves.toBe('done');
    expect(disposed).toEqual(['second', 'first']);
    expect(errors).toMatchObject([{ err: { message: 'stuck' } }]);
  });

  it('may be made asynchronously, once a message', async () => {
    const container = new Container();
    let made = 0;
    let closed = 0;
    class Connection {
      readonly name = `connection ${++made}`;

      [asyncDispose]() {
        closed++;
        return Promise.resolve();
      }
    }
    const adapter = inversify(container).scoped(Connection, (bind) =>
      bind.toDynamicValue(async () => {
        await new Promise(setImmediate);
        return new Connection();
      }),
    );
    const inner = on(Inner)
      .inject({ connection: Connection })
      .handle(async (_command, _context, { connection }) => connection.name);
    const outer = on(Outer)
      .inject({ connection: Connection, anywise: Anywise })
      .handle(async (_command, _context, { connection, anywise }) => {
        return `${connection.name}, ${await anywise.send(new Inner())}`;
      });
    await using bus = await startBus({ items: [inner, outer], container: adapter });
    const replies = await Promise.all([bus.send(new Outer({})), bus.send(new Outer({}))]);
    expect([...replies].sort()).toEqual(['connection 1, connection 1', 'connection 2, connection 2']);
    expect(closed).toBe(2);
  });
});
