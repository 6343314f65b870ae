import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from './anywise.js';
import { contract } from '../message/contract.js';
import { memoryStore } from '../../memory/store.js';
import { Event } from '../message/message.js';
import { command, event, query } from '../message/declare.js';
import { methods } from '../registry/methods.js';
import { on } from '../registry/on.js';
import { MessageRegistry } from '../registry/registry.js';
import { token } from '../ports/container.js';
import { silent } from '../../test-support/start-bus.js';

const data = z.object({ id: z.string() });
const entityId = ({ id }: { id: string }): string => id;
class Pay extends command('payments.pay', { data }) {}
class GetPayment extends query('payments.get-payment', { data }) {}
class Paid extends event('payments.paid', { data, entityId }) {}
class PaidAgain extends event('payments.paid', { data, entityId }) {}
class Shipped extends event('shipping.shipped', { data, entityId }) {}
class Ship extends command('shipping.ship', { data }) {}
const payments = contract('payments', { Pay, GetPayment, Paid });

const doNothing = async (): Promise<void> => undefined;

describe('starting a bus', () => {
  test('reports everything that is wrong with it at once', async () => {
    class Ledger {}
    class PaymentQueries {
      byId(_query: GetPayment): void {
        return undefined;
      }
    }
    const Limits = token<{ max: number }>('Limits');
    const bus = new Anywise({
      name: 'payments',
      contracts: [payments, contract('shipping', { Shipped })],
      store: memoryStore(),
      logger: silent,
      registries: [
        new MessageRegistry('payments').register(
          on(GetPayment).handle(async function findPayment() {
            return undefined;
          }),
          methods(PaymentQueries, { byId: GetPayment }),
          on(Shipped).listen(doNothing),
          on(Event).listen(function hearAll() {
            return undefined;
          }),
        ),
        new MessageRegistry('more').register(
          on(Ship).inject({ limits: Limits }).handle(doNothing),
          on(PaidAgain).named('payments/shipping.shipped').inject({ ledger: Ledger }).listen(doNothing),
        ),
      ],
    });
    await expect(bus.start()).rejects.toThrowErrorMatchingInlineSnapshot(`
      "The bus \`payments\` has 9 problems:
        - \`payments.get-payment\` has two handlers: in registry \`payments\`, \`findPayment\` and in registry \`payments\`, \`PaymentQueries.byId\`; remove one, or let one take the other's place with \`registry.replace(…)\`
        - \`payments.pay\` has no handler, and this slice owns it; register one with \`on(Pay).handle(…)\`
        - \`shipping.ship\`, used in registry \`more\`, \`doNothing\`, is in none of the contracts given; add its contract to \`contracts\`
        - two classes are called \`payments.paid\`; the contract package is probably installed twice
        - the listener in registry \`payments\`, \`hearAll\` listens to a group and has no stable name; give it one with \`.named(…)\`
        - two listeners are called \`payments/shipping.shipped\`: in registry \`payments\`, \`doNothing\` and in registry \`more\`, \`doNothing\`; tell them apart with \`.named(…)\`
        - registry \`payments\`, \`PaymentQueries.byId\` asks for \`PaymentQueries\`, but the bus has no \`container\`
        - registry \`more\`, \`doNothing\` asks for \`Limits\`, but the bus has no \`container\`
        - registry \`more\`, \`doNothing\` asks for \`Ledger\`, but the bus has no \`container\`"
    `);
    await expect(bus.start()).rejects.toMatchObject({ code: 'INVALID_SETUP', problems: bus.verify() });
    await bus.stop();
  });

  test('says a single problem in one line', async () => {
    const bus = new Anywise({
      name: 'payments',
      contracts: [contract('payments', { Pay, Paid })],
      logger: silent,
    });
    await expect(bus.start()).rejects.toThrowErrorMatchingInlineSnapshot(
      `"The bus \`payments\`: \`payments.pay\` has no handler, and this slice owns it; register one with \`on(Pay).handle(…)\`"`,
    );
    await bus.stop();
  });

  test('refuses an event whose old versions nobody could read', async () => {
    class Moved extends event('shipping.moved', { data, entityId, version: 2 }) {}
    const bus = new Anywise({ name: 'payments', contracts: [contract('shipping', { Moved })], logger: silent });
    expect(bus.verify()).toMatchInlineSnapshot(`
      [
        "\`shipping.moved\` has version 2, but no \`upcast\` from version 1; add it to the event",
      ]
    `);
  });

  test('refuses a listener that a store keeps messages for, but whose event no contract has', async () => {
    const registries = [new MessageRegistry('payments').register(on(Paid).listen(doNothing))];
    const bus = new Anywise({ name: 'payments', registries, store: memoryStore(), logger: silent });
    expect(bus.verify()).toMatchInlineSnapshot(`
      [
        "\`payments.paid\`, used in registry \`payments\`, \`doNothing\`, is in none of the contracts given; add its contract to \`contracts\`",
      ]
    `);
  });

  test.each([
    { what: 'a bus without contracts', options: {} },
    { what: 'messages of slices it does not own', options: { contracts: [payments] } },
    {
      what: 'a listener to a group without a name and without a store',
      options: {},
      items: [on(Event).listen(doNothing)],
    },
    {
      what: 'an inline listener to a group without a name',
      options: { store: memoryStore() },
      items: [on(Event).inline().listen(doNothing)],
    },
    {
      what: 'code that asks for the bus without a container',
      options: {},
      items: [on(Ship).inject({ anywise: Anywise }).handle(doNothing)],
    },
  ])('accepts $what', ({ options, items = [] }) => {
    const registries = [new MessageRegistry('orders').register(...items)];
    expect(new Anywise({ name: 'orders', registries, logger: silent, ...options }).verify()).toEqual([]);
  });
});
