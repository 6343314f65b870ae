import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from './anywise.js';
import { contract } from '../message/contract.js';
import { memoryStore } from '../../memory/store.js';
import { contextKey } from '../message/context.js';
import { Command, Event } from '../message/message.js';
import { command, event, query } from '../message/declare.js';
import { methods } from '../registry/methods.js';
import { on } from '../registry/on.js';
import { MessageRegistry } from '../registry/registry.js';
import { token } from '../ports/container.js';
import { SqlTransaction } from '../ports/sql.js';
import { fixed } from '../../testing/fixed.js';
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

/** The group of the same name in another copy of a contract package. */
function abstractCopy(): typeof Command {
  abstract class PaymentCommand extends Command {}
  return PaymentCommand;
}

describe('starting a bus', () => {
  it('reports everything that is wrong with it at once', async () => {
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
        - \`shipping.ship\`, used in registry \`more\`, \`doNothing\`, is not in any of the given contracts; add its contract to \`contracts\`
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

  it('says a single problem in one line', async () => {
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

  it('refuses an event whose old versions could not be read', async () => {
    class Moved extends event('shipping.moved', { data, entityId, version: 2 }) {}
    const bus = new Anywise({ name: 'payments', contracts: [contract('shipping', { Moved })], logger: silent });
    expect(bus.verify()).toMatchInlineSnapshot(`
      [
        "\`shipping.moved\` has version 2, but no \`upcast\` from version 1; add it to the event",
      ]
    `);
  });

  it('refuses a command whose old versions could still wait, but not a query', async () => {
    class Remind extends command('shipping.remind', {
      data,
      version: 3,
      upcast: { 1: (old) => old, 2: (old) => old },
    }) {}
    class Move extends command('shipping.move', { data, version: 2 }) {}
    class GetMoves extends query('shipping.get-moves', { data, version: 2 }) {}
    const contracts = [contract('shipping', { Remind, Move, GetMoves })];
    expect(new Anywise({ name: 'payments', contracts, logger: silent }).verify()).toMatchInlineSnapshot(`
      [
        "\`shipping.move\` has version 2, but no \`upcast\` from version 1; add it to the command",
      ]
    `);
  });

  it('refuses two context keys that could not be told apart, and keys that never travel', async () => {
    const context = [
      contextKey('tenant', { header: 'tenant' }),
      contextKey('account', { header: 'tenant' }),
      contextKey('tenant', { header: 'other' }),
      contextKey('user'),
    ];
    expect(new Anywise({ name: 'payments', context, logger: silent }).verify()).toMatchInlineSnapshot(`
      [
        "the context keys \`tenant\` and \`account\` both travel as \`tenant\`; give one of them another header",
        "two context keys are called \`tenant\`; give one of them another name",
        "the context key \`user\` is in \`context\`, but has no \`header\` to travel in; declare one",
      ]
    `);
    const [tenant] = context;
    const twice = [tenant, tenant].filter((key) => key !== undefined);
    expect(new Anywise({ name: 'payments', context: twice, logger: silent }).verify()).toEqual([]);
  });

  it('refuses what is registered twice in several registries', async () => {
    const guard = on(Pay).before(doNothing);
    const listener = on(Shipped).named('mail').listen(doNothing);
    const registries = [
      new MessageRegistry('one').register(guard, listener),
      new MessageRegistry('two').register(guard, listener),
    ];
    expect(new Anywise({ name: 'orders', registries, logger: silent }).verify()).toMatchInlineSnapshot(`
      [
        "registry \`one\`, guard of \`payments.pay\` is registered again in registry \`two\`, guard of \`payments.pay\`; register it once",
        "registry \`one\`, \`doNothing\` is registered again in registry \`two\`, \`doNothing\`; register it once",
        "two listeners are called \`mail\`: in registry \`one\`, \`doNothing\` and in registry \`two\`, \`doNothing\`; tell them apart with \`.named(…)\`",
      ]
    `);
    const [first] = registries;
    const twice = [first, first].filter((registry) => registry !== undefined);
    expect(new Anywise({ name: 'orders', registries: twice, logger: silent }).verify()).not.toEqual([]);
  });

  it('says where two copies of something are installed', async () => {
    abstract class PaymentCommand extends Command {}
    const elsewhere = { PaymentCommand: abstractCopy() };
    class Refund extends command('payments.refund', { base: PaymentCommand, data }) {}
    class AnywiseElsewhere {}
    Object.defineProperty(AnywiseElsewhere, 'name', { value: 'Anywise' });
    Object.defineProperty(AnywiseElsewhere, Symbol.for('anywise.service'), { value: true });
    const items = [
      on(Refund).inject({ anywise: AnywiseElsewhere, sql: SqlTransaction }).handle(doNothing),
      on(elsewhere.PaymentCommand).before(doNothing),
      on(PaidAgain).listen(doNothing),
    ];
    const bus = new Anywise({
      name: 'orders',
      contracts: [contract('payments', { Refund, Paid })],
      registries: [new MessageRegistry('orders').register(...items)],
      container: fixed(),
      logger: silent,
    });
    expect(bus.verify()).toMatchInlineSnapshot(`
      [
        "two classes are called \`payments.paid\`; the contract package is probably installed twice",
        "two groups are called \`PaymentCommand\`; the contract package is probably installed twice",
        "registry \`orders\`, \`doNothing\` asks for the \`Anywise\` of another copy of the package: two copies of anywise are installed; make all packages use one (\`npm ls anywise\` lists them)",
        "registry \`orders\`, \`doNothing\` asks for \`SqlTransaction\`, which the store of this bus does not provide; give the bus a store that does",
      ]
    `);
    const contracts = [contract('payments', { Paid }), contract('payments', { PaidAgain })];
    expect(new Anywise({ name: 'orders', contracts, logger: silent }).verify()).toEqual([
      'two contracts have a message `payments.paid`; the contract package is probably installed twice',
    ]);
  });

  it('accepts a stand-in for what a store would provide', async () => {
    const registries = [
      new MessageRegistry('orders').register(on(Ship).inject({ sql: SqlTransaction }).handle(doNothing)),
    ];
    const container = fixed([SqlTransaction, {}]);
    expect(new Anywise({ name: 'orders', registries, container, logger: silent }).verify()).toEqual([]);
  });

  it('refuses a listener that a store keeps messages for, but whose event no contract has', async () => {
    const registries = [new MessageRegistry('payments').register(on(Paid).listen(doNothing))];
    const bus = new Anywise({ name: 'payments', registries, store: memoryStore(), logger: silent });
    expect(bus.verify()).toMatchInlineSnapshot(`
      [
        "\`payments.paid\`, used in registry \`payments\`, \`doNothing\`, is not in any of the given contracts; add its contract to \`contracts\`",
      ]
    `);
  });

  it.each([
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
