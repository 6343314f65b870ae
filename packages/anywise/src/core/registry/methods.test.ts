import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { contextKey, type Context } from '../message/context.js';
import { command, event, query } from '../message/declare.js';
import { decoratedMethods, handles, listens, methods } from './methods.js';
import { fixed } from '../../testing/fixed.js';
import { startBus } from '../../test-support/start-bus.js';

class Greet extends command('test.greet', { data: z.object({ name: z.string() }), reply: z.string() }) {}
class CountAll extends query('test.count-all', { reply: z.number() }) {}
class Greeted extends event('test.greeted', { data: z.object({ name: z.string() }), entityId: ({ name }) => name }) {}

const User = contextKey<string>('user');

/** What was marked, short: `byId handles test.get`. */
function marked(service: abstract new (...args: never[]) => object): string[] {
  return decoratedMethods(service).map(
    ({ kind, method, targets }) => `${String(method)}: ${kind} of ${targets.map(({ name }) => name).join()}`,
  );
}

describe('legacy decorators', () => {
  class Greeter {
    constructor(private readonly greeting: string) {}

    @handles(Greet)
    greet({ name }: Greet, context: Context): string {
      return `${this.greeting} ${name}, ${context.get(User)}`;
    }
  }

  test('make a method the handler of a command', async () => {
    await using bus = await startBus({ items: [Greeter], container: fixed([Greeter, new Greeter('hi')]) });
    await expect(bus.send(new Greet({ name: 'Ada' }), { context: [User('root')] })).resolves.toBe('hi Ada, root');
    expect(bus.inspect.handler(Greet)).toEqual({ place: 'registry `test`, `Greeter.greet`' });
  });

  test('make a method a listener, with a name', async () => {
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
    expect(bus.inspect.listeners(Greeted)).toEqual([
      { name: 'mail', place: 'registry `test`, `Mailer.whenGreeted`', runs: 'inside', attempts: 1, onDead: 'park' },
    ]);
  });

  test('are inherited', () => {
    class LoudGreeter extends Greeter {
      @handles(CountAll)
      count(): number {
        return 1;
      }
    }
    expect(marked(LoudGreeter)).toEqual(['count: handler of CountAll', 'greet: handler of Greet']);
    expect(marked(Greeter)).toEqual(['greet: handler of Greet']);
  });
});

describe('standard decorators', () => {
  const metadata = Symbol.for('Symbol.metadata');

  /** What a compiler does for `@handles(Greet) greet() {}`. */
  function decorate(service: object, parent: object | null, apply: (context: never) => void, name: string): object {
    const own: object = Object.create(parent) as object;
    apply({ kind: 'method', name, metadata: own } as never);
    Object.defineProperty(service, (Symbol as { metadata?: symbol }).metadata ?? metadata, { value: own });
    return own;
  }

  test('mark a method', () => {
    class Greeter {}
    decorate(Greeter, null, (context) => handles(Greet)(() => 'hi', context), 'greet');
    expect(marked(Greeter)).toEqual(['greet: handler of Greet']);
  });

  test('are inherited', () => {
    class Greeter {}
    class LoudGreeter extends Greeter {}
    class QuietGreeter extends Greeter {}
    const parent = decorate(Greeter, null, (context) => handles(Greet)(() => 'hi', context), 'greet');
    decorate(LoudGreeter, parent, (context) => listens(Greeted)(() => undefined, context), 'hear');
    expect(marked(LoudGreeter)).toEqual(['hear: listener of Greeted', 'greet: handler of Greet']);
    expect(marked(QuietGreeter)).toEqual(['greet: handler of Greet']);
  });
});

describe('methods named without decorators', () => {
  test('handle and listen by what they are given', () => {
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
});
