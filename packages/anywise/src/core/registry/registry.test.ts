import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Guard } from './definitions.js';
import { Command, Event } from '../message/message.js';
import { command, event } from '../message/declare.js';
import { methods } from './methods.js';
import { on } from './on.js';
import { MessageRegistry } from './registry.js';
import { Anywise } from '../bus/anywise.js';

const data = z.object({ id: z.string() });
const entityId = ({ id }: { id: string }): string => id;
abstract class PaymentCommand extends Command {}
abstract class PaymentEvent extends Event {}
class Pay extends command('payments.pay', { base: PaymentCommand }) {}
class Paid extends event('payments.paid', { base: PaymentEvent, data, entityId }) {}
class Ship extends command('shipping.ship') {}
class Shipped extends event('shipping.shipped', { data, entityId }) {}

const nothing = async (): Promise<void> => undefined;

/** `on` as code may call it that is not type-checked. */
const any = on as unknown as (
  ...targets: unknown[]
) => Record<'handle' | 'listen' | 'guard' | 'before', (run: unknown) => unknown> & object;

describe('a registry', () => {
  it('holds handlers, listeners and guards in the order in which they were registered', () => {
    const pay = on(Pay).handle(nothing);
    const ship = on(Ship).handle(nothing);
    const guard = on(Command).before(nothing);
    const listener = on(Paid, Shipped).named('both').listen(nothing);
    const registry = new MessageRegistry('all').register(ship, guard).register(pay, listener);
    expect(registry.handlers.map(({ targets }) => targets)).toEqual([[Ship], [Pay]]);
    expect(registry.guards.map(({ guard }) => guard)).toEqual([guard]);
    expect(registry.listeners).toMatchObject([
      { targets: [Paid, Shipped], options: { name: 'both' }, registry: 'all' },
    ]);
  });

  it('tells where each of them is registered', () => {
    class Audit implements Guard<Pay, void> {
      async handle(_command: Pay, _context: unknown, next: () => Promise<void>): Promise<void> {
        return next();
      }
    }
    class Payments {
      pay(_command: Pay): void {
        return undefined;
      }
    }
    const { handlers, guards, listeners } = new MessageRegistry('payments').register(
      methods(Payments, { pay: Pay }),
      on(Ship).handle(nothing),
      on(Pay).handle(async () => undefined),
      on(Pay).guardWith(Audit),
      on(Pay, PaymentCommand).before(() => undefined),
      on(Paid).listen(() => undefined),
    );
    expect([...handlers, ...guards, ...listeners].map(({ place }) => place)).toMatchInlineSnapshot(`
      [
        "registry \`payments\`, \`Payments.pay\`",
        "registry \`payments\`, \`nothing\`",
        "registry \`payments\`, handler of \`payments.pay\`",
        "registry \`payments\`, \`Audit\`",
        "registry \`payments\`, guard of \`payments.pay\` and \`PaymentCommand\`",
        "registry \`payments\`, listener of \`payments.paid\`",
      ]
    `);
  });

  it('takes only what is below its bases', () => {
    const registry = new MessageRegistry('payments', { commandBase: PaymentCommand, eventBase: PaymentEvent });
    registry.register(on(Pay).handle(nothing), on(Paid).listen(nothing), on(Command).before(nothing));
    expect(() =>
      registry.register(
        on(Pay).handle(nothing),
        on(Ship).handle(nothing),
        on(Paid, Shipped).listen(nothing),
        on(Ship).before(nothing),
      ),
    ).toThrowErrorMatchingInlineSnapshot(`
      "The registry \`payments\` has 2 problems:
        - \`Ship\` does not extend \`PaymentCommand\`, which all commands here must
        - \`Shipped\` does not extend \`PaymentEvent\`, which all events here must"
    `);
    expect(registry.handlers).toHaveLength(1);
  });

  it('refuses a class that handles nothing', () => {
    class Forgotten {}
    expect(() => new MessageRegistry('payments').register(Forgotten)).toThrowErrorMatchingInlineSnapshot(
      `"The registry \`payments\`: \`Forgotten\` has no method with \`@handles\` or \`@listens\`; mark one, or describe it with \`methods(…)\`"`,
    );
  });

  it('refuses what it cannot hold, and says of each what to do', () => {
    class Odd {
      declare readonly pay: (command: Pay) => void;
    }
    const items = [
      undefined,
      null,
      {},
      [],
      'pay',
      on(Pay),
      Pay,
      methods(Odd, {}),
      methods(Odd, { pay: Pay }),
      any(undefined).handle(nothing),
      any(class Plain {}).handle(nothing),
      any().guard(nothing),
      any(Paid).handle(nothing),
      any(Pay).listen(nothing),
      any(Paid).before(nothing),
      on(Pay, Pay).handle(nothing),
      on(Pay).handle(undefined as never),
      on(Pay).guardWith(undefined as never),
      on(Ship)
        .inject({ payments: undefined as never })
        .handle(nothing),
    ];
    const registry = new MessageRegistry('odd');
    expect(() => registry.register(...(items as never[]))).toThrowErrorMatchingInlineSnapshot(`
      "The registry \`odd\` has 19 problems:
        - item 1 is undefined; pass what \`.handle(…)\`, \`.listen(…)\`, \`.guard(…)\` or \`methods(…)\` gives, or a class with \`@handles\` or \`@listens\`
        - item 2 is null; pass what \`.handle(…)\`, \`.listen(…)\`, \`.guard(…)\` or \`methods(…)\` gives, or a class with \`@handles\` or \`@listens\`
        - item 3 is an object; pass what \`.handle(…)\`, \`.listen(…)\`, \`.guard(…)\` or \`methods(…)\` gives, or a class with \`@handles\` or \`@listens\`
        - item 4 is an array; pass what \`.handle(…)\`, \`.listen(…)\`, \`.guard(…)\` or \`methods(…)\` gives, or a class with \`@handles\` or \`@listens\`
        - item 5 is "pay"; pass what \`.handle(…)\`, \`.listen(…)\`, \`.guard(…)\` or \`methods(…)\` gives, or a class with \`@handles\` or \`@listens\`
        - item 6 is an \`on(…)\` that says nothing yet; pass what \`.handle(…)\`, \`.listen(…)\`, \`.guard(…)\` or \`methods(…)\` gives, or a class with \`@handles\` or \`@listens\`
        - \`payments.pay\` is a message; register what handles it or listens to it, with \`on(Pay)\`
        - \`methods(Odd, …)\` names no method; name what each of them handles
        - \`Odd.pay\` is not a method of the class; abstract methods and functions in fields cannot be named
        - \`nothing\` handles undefined, which is neither a message nor a group of messages; if modules import each other, import it from the module that declares it
        - \`nothing\` handles \`Plain\`, which is neither a message nor a group of messages
        - \`nothing\` is for no message; name a message or a group, such as \`on(Command)\`
        - \`nothing\` handles \`payments.paid\`, which is an event; write \`on(…).listen(…)\` for what listens to it
        - \`nothing\` listens to \`payments.pay\`, which is not an event; write \`on(…).handle(…)\` for what handles it
        - guard of \`payments.paid\` guards \`payments.paid\`, which is an event; write \`on(…).listen(…)\` for what listens to it
        - \`nothing\` names \`payments.pay\` twice
        - handler of \`payments.pay\` is given undefined, but needs a function
        - guard of \`payments.pay\` is given undefined, but needs a function, a class or a token
        - \`nothing\` asks for undefined as \`payments\`; ask for a class or a token; if modules import each other, import it from the module that declares it"
    `);
    expect(() => registry.register(...(items as never[]))).toThrow(
      expect.objectContaining({ name: 'SetupError', code: 'INVALID_REGISTRATION' }),
    );
    expect([...registry.handlers, ...registry.listeners, ...registry.guards]).toEqual([]);
  });

  it('refuses options that are out of range', () => {
    const listener = on(Paid)
      .named('')
      .retry({
        attempts: 0,
        immediate: -1,
        firstDelayMs: NaN,
        factor: 0,
        maxDelayMs: Infinity,
        rules: [{ when: 'x' as never, attempts: 1.5 }, undefined as never],
      })
      .onDead('drop' as never)
      .timeoutMs(0)
      .concurrency(0)
      .listen(nothing);
    expect(() => new MessageRegistry('odd').register(listener)).toThrowErrorMatchingInlineSnapshot(`
      "The registry \`odd\` has 12 problems:
        - \`nothing\`: \`name\` is "", but must be a non-empty string of at most 512 bytes without NUL characters
        - \`nothing\`: \`onDead\` is "drop", but must be one of "park", "skip", "block"
        - \`nothing\`: \`timeoutMs\` is 0, but must be a number of milliseconds from 1 to 2147483647
        - \`nothing\`: \`concurrency\` is 0, but must be a whole number from 1
        - \`nothing\`: in \`retry\`, \`attempts\` is 0, but must be a whole number from 1
        - \`nothing\`: in \`retry\`, \`immediate\` is -1, but must be a whole number from 0
        - \`nothing\`: in \`retry\`, \`firstDelayMs\` is NaN, but must be a number of milliseconds from 0 to 2592000000
        - \`nothing\`: in \`retry\`, \`factor\` is 0, but must be a number from 1 to 1000
        - \`nothing\`: in \`retry\`, \`maxDelayMs\` is Infinity, but must be a number of milliseconds from 0 to 2592000000
        - \`nothing\`: in \`retry\`, in \`rules[0]\`, \`attempts\` is 1.5, but must be a whole number from 1
        - \`nothing\`: in \`retry\`, in \`rules[0]\`, \`when\` is "x", but must be an error class or a function that recognises errors
        - \`nothing\`: in \`retry\`, \`rules[1]\` is undefined, but must be an object"
    `);
    const withNul = on(Paid).named('a\0b').listen(nothing);
    expect(() => new MessageRegistry('odd').register(withNul)).toThrow('without NUL');
  });

  it('takes options that are `undefined` for absent', () => {
    const nothingSaid = { attempts: undefined, firstDelayMs: undefined, rules: undefined };
    const listener = on(Paid)
      .named(undefined as never)
      .onDead(undefined as never)
      .retry(nothingSaid as never)
      .listen(nothing);
    const [registered] = new MessageRegistry('plain').register(listener).listeners;
    expect(registered?.options).toMatchObject({ name: undefined, onDead: 'park' });
  });

  it('refuses the same item twice', () => {
    const pay = on(Pay).handle(nothing);
    class Service {
      ship(_command: Ship): void {
        return undefined;
      }
    }
    const service = methods(Service, { ship: Ship });
    const registry = new MessageRegistry('payments').register(pay);
    expect(() => registry.register(pay, service, service)).toThrowErrorMatchingInlineSnapshot(`
      "The registry \`payments\` has 2 problems:
        - \`nothing\` is registered twice; register it once
        - \`Service\` is registered twice; register it once"
    `);
    expect(() => registry.replace(pay)).toThrow('registered twice');
    expect(registry.handlers).toHaveLength(1);
  });

  it('replaces handlers, and nothing else', () => {
    expect(() => new MessageRegistry('payments').replace(on(Paid).listen(nothing) as never)).toThrow(
      '`replace` is given an object, but replaces handlers only',
    );
  });

  it('takes nothing more once a bus has read it', () => {
    const registry = new MessageRegistry('payments').register(on(Pay).handle(nothing));
    new Anywise({ name: 'payments', registries: [registry] });
    new Anywise({ name: 'again', registries: [registry] });
    expect(() => registry.register(on(Ship).handle(nothing))).toThrowErrorMatchingInlineSnapshot(
      `"The registry \`payments\`: it is in use by the bus \`payments\`; register everything before \`new Anywise(…)\`"`,
    );
    expect(() => registry.replace(on(Pay).handle(nothing))).toThrow(
      expect.objectContaining({ code: 'INVALID_REGISTRATION' }),
    );
  });

  it.each([
    [undefined, {}],
    ['', {}],
    ['payments', { commandBase: PaymentEvent }],
    ['payments', { eventBase: PaymentCommand }],
    ['payments', { eventBase: {} }],
  ])('refuses the name %p with %p', (name, options) => {
    expect(() => new MessageRegistry(name as never, options as never)).toThrow(
      expect.objectContaining({ name: 'SetupError', code: 'INVALID_REGISTRATION' }),
    );
  });

  it('takes a handler for a group only below its base', () => {
    const registry = new MessageRegistry('payments', { commandBase: PaymentCommand, eventBase: PaymentEvent });
    registry.register(on(PaymentCommand).handle(nothing), on(Event).listen(nothing));
    expect(() => registry.register(on(Command).handle(nothing))).toThrowErrorMatchingInlineSnapshot(
      `"The registry \`payments\`: \`Command\` does not extend \`PaymentCommand\`, which all commands here must"`,
    );
  });
});
