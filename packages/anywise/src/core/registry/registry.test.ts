import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Guard } from './definitions.js';
import { Command, Event } from '../message/message.js';
import { command, event } from '../message/declare.js';
import { methods } from './methods.js';
import { on } from './on.js';
import { MessageRegistry } from './registry.js';

const data = z.object({ id: z.string() });
const entityId = ({ id }: { id: string }): string => id;
abstract class PaymentCommand extends Command {}
abstract class PaymentEvent extends Event {}
class Pay extends command('payments.pay', { base: PaymentCommand }) {}
class Paid extends event('payments.paid', { base: PaymentEvent, data, entityId }) {}
class Ship extends command('shipping.ship') {}
class Shipped extends event('shipping.shipped', { data, entityId }) {}

const nothing = async (): Promise<void> => undefined;

describe('a registry', () => {
  test('holds handlers, listeners and guards in the order in which they were registered', () => {
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

  test('tells where each of them stands', () => {
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

  test('takes only what is below its bases', () => {
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

  test('refuses a class that handles nothing', () => {
    class Forgotten {}
    expect(() => new MessageRegistry('payments').register(Forgotten)).toThrowErrorMatchingInlineSnapshot(
      `"The registry \`payments\`: \`Forgotten\` has no method with \`@handles\` or \`@listens\`; mark one, or describe it with \`methods(…)\`"`,
    );
  });
});
