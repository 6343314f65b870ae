import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contextKey, type Context } from '../message/context.js';
import { contract } from '../message/contract.js';
import { command, event, query } from '../message/declare.js';
import type { BatchContext } from './definitions.js';
import { decoratedMethods, handles, listens, methods } from './methods.js';
import { on } from './on.js';
import { MessageRegistry, type Registrable } from './registry.js';
import type { SetupError } from '../errors/errors.js';
import { memoryStore } from '../../memory/store.js';
import { eventually } from '../../testing/eventually.js';
import { fixed } from '../../testing/fixed.js';
import { startBus } from '../../test-support/start-bus.js';

class Greet extends command('test.greet', { data: z.object({ name: z.string() }), reply: z.string() }) {}
class CountAll extends query('test.count-all', { reply: z.number() }) {}
class GreetAll extends command('test.greet-all', { reply: z.number() }) {}
class Note extends command('test.note', { data: z.object({ name: z.string() }) }) {}
class Greeted extends event('test.greeted', { data: z.object({ name: z.string() }), entityId: ({ name }) => name }) {}

const User = contextKey<string>('user');

/** What was marked, short: `byId handles test.get`. */
function marked(service: abstract new (...args: never[]) => object): string[] {
  return decoratedMethods(service).map(
    ({ kind, method, targets }) => `${String(method)}: ${kind} of ${targets.map(({ name }) => name).join()}`,
  );
}

/** What is wrong with something that is registered. */
function problemsOf(item: Registrable): readonly string[] {
  try {
    new MessageRegistry('test').register(item);
  } catch (error) {
    expect(error).toMatchObject({ name: 'SetupError', code: 'INVALID_REGISTRATION' });
    return (error as SetupError).problems;
  }
  return [];
}

describe('legacy decorators', () => {
  class Greeter {
    constructor(private readonly greeting: string) {}

    @handles(Greet)
    greet({ name }: Greet, context: Context): string {
      return `${this.greeting} ${name}, ${context.get(User)}`;
    }
  }

  it('make a method the handler of a command', async () => {
    await using bus = await startBus({ items: [Greeter], container: fixed([Greeter, new Greeter('hi')]) });
    await expect(bus.send(new Greet({ name: 'Ada' }), { context: [User('root')] })).resolves.toBe('hi Ada, root');
    expect(bus.inspect.handler(Greet)).toMatchObject({ place: 'registry `test`, `Greeter.greet`' });
  });

  it('make a method a listener, with a name', async () => {
    const heard: string[] = [];
    class Mailer {
      @listens(Greeted, { name: 'mail' })
      whenGreeted({ name }: Greeted): void {
        heard.push(name);
      }
    }
    await using bus = await startBus({ items: [Mailer], container: fixed([Mailer, new Mailer()]) });
    await bus.publish(new Greeted({ name: 'Ada' }));
    expect(heard).toEqual(['Ada']);
    expect(bus.inspect.listeners(Greeted)).toMatchObject([
      { name: 'mail', place: 'registry `test`, `Mailer.whenGreeted`', runs: 'inside', attempts: 1, onDead: 'park' },
    ]);
  });

  it('are inherited', () => {
    class LoudGreeter extends Greeter {
      @handles(CountAll)
      count(): number {
        return 1;
      }
    }
    expect(marked(LoudGreeter)).toEqual(['count: handler of CountAll', 'greet: handler of Greet']);
    expect(marked(Greeter)).toEqual(['greet: handler of Greet']);
  });

  it('of a method that overrides another one take its place', async () => {
    class Base {
      @handles(Greet)
      greet({ name }: Greet): string {
        return name;
      }

      @handles(CountAll)
      count(): number {
        return 1;
      }
    }
    class Marked extends Base {
      @handles(Greet)
      override greet({ name }: Greet): string {
        return name.toUpperCase();
      }

      override count(): number {
        return 2;
      }
    }
    class Further extends Marked {
      @handles(CountAll)
      override count(): number {
        return 3;
      }
    }
    expect(marked(Marked)).toEqual(['greet: handler of Greet', 'count: handler of CountAll']);
    expect(marked(Further)).toEqual(['count: handler of CountAll', 'greet: handler of Greet']);
    await using bus = await startBus({ items: [Marked], container: fixed([Marked, new Marked()]) });
    await expect(bus.send(new Greet({ name: 'Ada' }))).resolves.toBe('ADA');
    await expect(bus.send(new CountAll())).resolves.toBe(2);
  });

  it('may be several on one method, or one for several messages', () => {
    class Service {
      @handles(Note)
      @listens(Greeted)
      note(_message: Note | Greeted): void {
        return undefined;
      }

      @handles(GreetAll, CountAll)
      all(_message: GreetAll | CountAll): number {
        return 1;
      }
    }
    expect(marked(Service)).toEqual([
      'note: listener of Greeted',
      'note: handler of Note',
      'all: handler of GreetAll,CountAll',
    ]);
  });

  it('are refused where the method cannot be called', () => {
    const secret = Symbol('secret');
    class Service {
      @handles(Greet)
      static greet({ name }: Greet): string {
        return name;
      }

      @handles(CountAll)
      [secret](): number {
        return 1;
      }
    }
    expect(problemsOf(Service)).toEqual([
      '`Service.greet` is static, so it cannot be called; mark a public method of instances',
      '`Service.Symbol(secret)` has a symbol for a name; give it a name that is text',
    ]);
  });
});

describe('standard decorators', () => {
  const metadata = Symbol.for('Symbol.metadata');

  /** What a compiler does for `@handles(Greet) greet() {}`. */
  function decorate(service: object, parent: object | null, apply: (context: never) => void, name: string): object {
    const own: object = Object.create(parent) as object;
    apply({ kind: 'method', name, static: false, private: false, metadata: own } as never);
    Object.defineProperty(service, (Symbol as { metadata?: symbol }).metadata ?? metadata, { value: own });
    return own;
  }

  it('mark a method', () => {
    class Greeter {}
    decorate(Greeter, null, (context) => handles(Greet)(() => 'hi', context), 'greet');
    expect(marked(Greeter)).toEqual(['greet: handler of Greet']);
  });

  it('are inherited', () => {
    class Greeter {}
    class LoudGreeter extends Greeter {}
    class QuietGreeter extends Greeter {}
    const parent = decorate(Greeter, null, (context) => handles(Greet)(() => 'hi', context), 'greet');
    decorate(LoudGreeter, parent, (context) => listens(Greeted)(() => undefined, context), 'hear');
    expect(marked(LoudGreeter)).toEqual(['hear: listener of Greeted', 'greet: handler of Greet']);
    expect(marked(QuietGreeter)).toEqual(['greet: handler of Greet']);
  });

  it('of a method that overrides another one take its place', () => {
    class Greeter {}
    class LoudGreeter extends Greeter {}
    const parent = decorate(Greeter, null, (context) => handles(Greet)(() => 'hi', context), 'greet');
    decorate(LoudGreeter, parent, (context) => handles(Greet)(() => 'HI', context), 'greet');
    expect(marked(LoudGreeter)).toEqual(['greet: handler of Greet']);
  });

  it.each([
    ['static', { static: true }],
    ['private', { private: true, name: '#greet' }],
  ])('are refused on a %s method', (what, more) => {
    class Greeter {}
    decorate(Greeter, null, (context) => handles(Greet)(() => 'hi', Object.assign(context, more)), 'greet');
    expect(problemsOf(Greeter)).toEqual([expect.stringContaining(`is ${what}, so it cannot be called`)]);
  });

  it.each([{}, { metadata: undefined }])('need metadata, which may be missing: %j', (more) => {
    const context = { kind: 'method', name: 'greet', static: false, private: false, ...more } as const;
    expect(() => handles(Greet)(() => 'hi', context)).toThrow(
      expect.objectContaining({ name: 'SetupError', code: 'INVALID_REGISTRATION' }),
    );
  });
});

describe('a batch listener that is a method', () => {
  it('is given what waits in one call, with the context of each event', async () => {
    const batches: string[][] = [];
    class Mailer {
      @listens(Greeted, { name: 'mail', batch: { max: 10 } })
      whenGreeted(events: readonly Greeted[], context: BatchContext<Greeted>): void {
        batches.push(events.map(({ name }) => name));
        expect(events.map((each) => context.of(each).messageId)).toEqual(events.map(({ eventId }) => eventId));
      }
    }
    const store = memoryStore();
    const contracts = [contract('test', { Greeted })];
    await using bus = await startBus({ items: [Mailer], contracts, store, container: fixed([Mailer, new Mailer()]) });
    await bus.transaction(async (tx) => {
      for (const name of ['Ada', 'Bob', 'Cy']) await tx.publish(new Greeted({ name }));
    });
    await eventually(() => expect(batches).toEqual([['Ada', 'Bob', 'Cy']]));
    expect(bus.inspect.listeners(Greeted)[0]?.batch).toEqual({ max: 10, waitMs: 0 });
  });

  it('is given each event alone where listeners run inside `publish`', async () => {
    const batches: string[][] = [];
    class Mailer {
      @listens(Greeted, { batch: {} })
      whenGreeted(events: readonly Greeted[]): void {
        batches.push(events.map(({ name }) => name));
      }
    }
    await using bus = await startBus({ items: [Mailer], container: fixed([Mailer, new Mailer()]) });
    await bus.publish(new Greeted({ name: 'Ada' }));
    expect(batches).toEqual([['Ada']]);
  });

  it.each([
    [{ batch: { max: 0 } }, '`max` is 0, but must be a whole number from 1 to 1000'],
    [{ batch: 7 }, '`batch` is 7, but must be an object'],
    [{ batch: {}, inline: true }, 'it is `inline` and takes a `batch`'],
  ])('refuses %j', (options, problem) => {
    expect(() => listens(Greeted, options as object)).toThrow(problem);
  });
});

describe('methods named without decorators', () => {
  it('handle and listen by what they are given', () => {
    class Service {
      greet({ name }: Greet): string {
        return name;
      }

      hear(_event: Greeted): void {
        return undefined;
      }
    }
    expect(methods(Service, { greet: Greet, hear: Greeted }).methods).toMatchObject([
      { kind: 'handler', method: 'greet', targets: [Greet] },
      { kind: 'listener', method: 'hear', targets: [Greeted] },
    ]);
  });

  it('are refused where there is no such method', () => {
    const byToken = Symbol('byToken');
    abstract class Service {
      readonly inField = (query: CountAll): number => Object.keys(query).length;
      abstract count(query: CountAll): number;

      greet({ name }: Greet): string {
        return name;
      }

      [byToken](_query: CountAll): number {
        return 1;
      }
    }
    const names = { gret: Greet, count: CountAll, inField: CountAll, [byToken]: CountAll, toString: CountAll };
    expect(problemsOf(methods(Service, names as never))).toEqual([
      '`Service.gret` is not a method of the class; abstract methods and functions in fields cannot be named',
      '`Service.count` is not a method of the class; abstract methods and functions in fields cannot be named',
      '`Service.inField` is not a method of the class; abstract methods and functions in fields cannot be named',
      '`Service.Symbol(byToken)` has a symbol for a name; give it a name that is text',
    ]);
  });

  it('are refused where what they handle is not there', () => {
    class Service {
      greet(_command: Greet): string {
        return '';
      }
    }
    expect(problemsOf(methods(Service, { greet: undefined as never }))).toEqual([
      expect.stringContaining('`Service.greet` handles undefined, which is neither a message nor a group of messages'),
    ]);
    expect(problemsOf(methods(Service, { greet: [] }))).toEqual([
      '`Service.greet` is for no message; name a message or a group, such as `on(Command)`',
    ]);
  });

  it('fail loudly where the container gives something that lacks them', async () => {
    class Service {
      greet(_command: Greet): string {
        return '';
      }
    }
    class Audit {
      handle(_command: Greet, _context: Context, next: () => Promise<string>): Promise<string> {
        return next();
      }
    }
    const items = [
      methods(Service, { greet: Greet }),
      on(GreetAll).guardWith(Audit as never),
      on(GreetAll).handle(async () => 1),
    ];
    await using bus = await startBus({ items, container: fixed([Service, {}], [Audit, {}]) });
    await expect(bus.send(new Greet({ name: 'Ada' }))).rejects.toThrow(
      'The container gives an object for `Service`, which has no method `greet`. Bind the class that has it.',
    );
    await expect(bus.send(new GreetAll())).rejects.toMatchObject({ code: 'INVALID_SETUP' });
  });
});
