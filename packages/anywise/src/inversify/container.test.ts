import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Container } from 'inversify';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import { command } from '../core/message/declare.js';
import { methods } from '../core/registry/methods.js';
import { on } from '../core/registry/on.js';
import { MessageRegistry, type Registrable } from '../core/registry/registry.js';
import { token } from '../core/ports/container.js';
import { silent, startBus } from '../test-support/start-bus.js';
import { inversify } from './container.js';

class Greet extends command('test.greet', { data: z.object({ name: z.string() }), reply: z.string() }) {}
class Outer extends command('test.outer', { reply: z.string() }) {}

let made = 0;
class Clock {
  constructor() {
    made++;
  }
}
class Greeter {
  constructor(
    private readonly anywise: Anywise,
    readonly clock: Clock,
  ) {
    made++;
  }

  async greet(_command: Outer): Promise<string> {
    return this.anywise.send(new Greet({ name: 'Ada' }));
  }
}
const Limits = token<{ readonly max: number }>('Limits');
const greeter = methods(Greeter, { greet: Outer });
const greet = on(Greet).handle(
  async ({ name }, { causationId }) => `${name}, ${causationId === undefined ? 'alone' : 'caused'}`,
);

function makeGreeter(anywise: Anywise, clock: Clock): Greeter {
  return new Greeter(anywise, clock);
}

/** What starting a bus over the container would report. */
function problemsOf(container: Container, ...items: Registrable[]): readonly string[] {
  const registries = [new MessageRegistry('test').register(...items)];
  return new Anywise({ name: 'test', registries, container: inversify(container), logger: silent }).verify();
}

describe('a container', () => {
  it('gives constructors the bus of their message', async () => {
    const container = new Container();
    container.bind(Clock).toResolvedValue(() => new Clock(), []);
    container.bind(Greeter).toResolvedValue(makeGreeter, [Anywise, Clock]);
    await using bus = await startBus({ items: [greeter, greet], container: inversify(container) });
    await expect(bus.send(new Greet({ name: 'Bob' }))).resolves.toBe('Bob, alone');
    await expect(bus.send(new Outer())).resolves.toBe('Ada, caused');
  });

  it('gives functions what they inject, by class and by token', async () => {
    const container = new Container();
    container.bind(Clock).toConstantValue(new Clock());
    container.bind(Limits).toConstantValue({ max: 3 });
    const limited = on(Greet)
      .inject({ limits: Limits, clock: Clock })
      .handle(async (_command, _context, { limits, clock }) => `${limits.max}, ${String(clock instanceof Clock)}`);
    await using bus = await startBus({ items: [limited], container: inversify(container) });
    await expect(bus.send(new Greet({ name: 'Ada' }))).resolves.toBe('3, true');
  });

  it('waits for services that are made asynchronously, anywhere in the graph', async () => {
    const container = new Container();
    container.bind(Clock).toDynamicValue(async () => {
      await new Promise(setImmediate);
      return new Clock();
    });
    container.bind(Greeter).toResolvedValue(makeGreeter, [Anywise, Clock]);
    await using bus = await startBus({ items: [greeter, greet], container: inversify(container) });
    await expect(bus.send(new Outer())).resolves.toBe('Ada, caused');
    await expect(bus.send(new Outer())).resolves.toBe('Ada, caused');
  });

  it('makes an asynchronous service once a message, the first time too', async () => {
    const container = new Container();
    let count = 0;
    container.bind(Clock).toDynamicValue(async () => {
      count++;
      return new Clock();
    });
    container.bind(Greeter).toResolvedValue(makeGreeter, [Anywise, Clock]);
    await using bus = await startBus({ items: [greeter, greet], container: inversify(container) });
    for (let sent = 1; sent <= 3; sent++) {
      await bus.send(new Outer());
      expect(count).toBe(sent);
    }
  });

  it('waits for a service that was made synchronously before', async () => {
    const container = new Container();
    let isWarm = true;
    container.bind(Clock).toDynamicValue(() => (isWarm ? new Clock() : Promise.resolve(new Clock())));
    container.bind(Greeter).toResolvedValue(makeGreeter, [Anywise, Clock]);
    await using bus = await startBus({ items: [greeter, greet], container: inversify(container) });
    await bus.send(new Outer());
    isWarm = false;
    await expect(bus.send(new Outer())).resolves.toBe('Ada, caused');
  });

  it('rejects the message where an asynchronous service cannot be made', async () => {
    const container = new Container();
    container.bind(Clock).toDynamicValue(async () => Promise.reject(new Error('no time')));
    const timed = on(Greet)
      .inject({ clock: Clock })
      .handle(async () => 'never');
    await using bus = await startBus({ items: [timed], container: inversify(container) });
    for (let sent = 0; sent < 2; sent++) {
      await expect(bus.send(new Greet({ name: 'Ada' }))).rejects.toThrow('no time');
    }
  });

  it('rejects the message where a service cannot be made', async () => {
    const container = new Container();
    container.bind(Clock).toDynamicValue(() => {
      throw new Error('no time');
    });
    const timed = on(Greet)
      .inject({ clock: Clock })
      .handle(async () => 'never');
    await using bus = await startBus({ items: [timed], container: inversify(container) });
    await expect(bus.send(new Greet({ name: 'Ada' }))).rejects.toThrow('no time');
  });

  it('gives the bus of a message only within one', () => {
    const container = new Container();
    problemsOf(container, greet);
    expect(() => container.get(Anywise)).toThrowErrorMatchingInlineSnapshot(
      `"\`Anywise\` was requested outside of a message. Request it in the constructor of a handler, a guard or one of their dependencies, or in \`inject\`."`,
    );
  });

  it('serves one bus', () => {
    const container = new Container();
    problemsOf(container, greet);
    expect(() => problemsOf(container, greet)).toThrowErrorMatchingInlineSnapshot(
      `"The container binds \`Anywise\` already. The bus binds these itself: remove the bindings, and give each bus a container of its own."`,
    );
  });
});

describe('starting a bus over a container', () => {
  it('finds what is not bound, without making anything', () => {
    const container = new Container();
    container.bind(Greeter).toResolvedValue(makeGreeter, [Anywise, Clock]);
    made = 0;
    const limited = on(Greet)
      .inject({ limits: Limits })
      .handle(async () => 'never');
    expect(problemsOf(container, greeter, limited)).toMatchInlineSnapshot(`
      [
        "\`Greeter\` cannot be made: No bindings found for service: "Clock". Bind it in the container",
        "\`Limits\` cannot be made: No bindings found for service: "Symbol(Limits)". Bind it in the container",
      ]
    `);
    expect(made).toBe(0);
  });

  it('tells what belongs to another copy of the package', () => {
    const AnywiseElsewhere = class Anywise {};
    const container = new Container();
    container.bind(Clock).toSelf();
    container.bind(Greeter).toResolvedValue(makeGreeter, [AnywiseElsewhere as never, Clock]);
    expect(problemsOf(container, greeter)).toMatchInlineSnapshot(`
      [
        "\`Greeter\` asks for the \`Anywise\` of another copy of the package: two copies of anywise are installed; make all packages use one (\`npm ls anywise\` lists them)",
      ]
    `);
  });

  it('makes nothing where all is bound', () => {
    const container = new Container();
    container
      .bind(Clock)
      .toResolvedValue(() => new Clock(), [])
      .inSingletonScope();
    container.bind(Greeter).toResolvedValue(makeGreeter, [Anywise, Clock]);
    made = 0;
    expect(problemsOf(container, greeter, greet)).toEqual([]);
    expect(made).toBe(0);
  });

  it('finds a singleton that would keep the bus of one message', () => {
    const container = new Container();
    container.bind(Clock).toResolvedValue(() => new Clock(), []);
    container.bind(Greeter).toResolvedValue(makeGreeter, [Anywise, Clock]).inSingletonScope();
    expect(problemsOf(container, greeter, greet)).toMatchInlineSnapshot(`
      [
        "\`Greeter\` is a singleton, but needs \`Anywise\`, which belongs to one message; bind \`Greeter\` in transient scope",
      ]
    `);
  });

  it('finds a singleton that would keep a scoped service, however deep', () => {
    class Session {}
    class Repository {
      constructor(readonly session: Session) {}
    }
    class Cache {
      constructor(readonly repository: Repository) {}
    }
    const container = new Container();
    const adapter = inversify(container).scoped(Session, (bind) => bind.toResolvedValue(() => new Session(), []));
    container.bind(Repository).toResolvedValue((session: Session) => new Repository(session), [Session]);
    container
      .bind(Cache)
      .toResolvedValue((repository: Repository) => new Cache(repository), [Repository])
      .inSingletonScope();
    const cached = on(Greet)
      .inject({ cache: Cache })
      .handle(async () => 'never');
    const registries = [new MessageRegistry('test').register(cached)];
    const bus = new Anywise({ name: 'test', registries, container: adapter, logger: silent });
    expect(bus.verify()).toMatchInlineSnapshot(`
      [
        "\`Cache\` is a singleton, but needs \`Session\`, which belongs to one message; bind \`Cache\` in transient scope",
      ]
    `);
  });
});
