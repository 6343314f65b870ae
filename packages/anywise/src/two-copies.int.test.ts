import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Anywise, Command, contextKey, Event, MessageRegistry, on, contract } from './index.js';
import { silent } from './test-support/start-bus.js';

type Library = typeof import('./index.js');
type Sinks = typeof import('./sinks/memory.js');

const source = import.meta.dirname;
let folder: string;
let other: Library;
let otherSinks: Sinks;

// As where two packages of a service depend on two versions of this one.
beforeAll(async () => {
  const parent = join(source, '../.anywise');
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, 'copy-'));
  cpSync(source, folder, { recursive: true, filter: (path) => !path.includes('.test') });
  other = (await import(join(folder, 'index.ts'))) as Library;
  otherSinks = (await import(join(folder, 'sinks/memory.ts'))) as Sinks;
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('messages that are declared with another copy of the package', () => {
  it('are guarded, handled and heard', async () => {
    const data = z.object({ id: z.string() });
    class Pay extends other.command('shop.pay', { data, reply: z.string() }) {}
    class GetPay extends other.query('shop.get-pay', { reply: z.string() }) {}
    class Paid extends other.event('shop.paid', { entityId: ({ id }) => id, data }) {}
    const Tenant = other.contextKey<string>('tenant', { header: 'tenant' });
    const seen: string[] = [];
    const items = [
      on(Command).before(({ type }) => void seen.push(`guards ${type}`)),
      on(Pay)
        .inject({ anywise: Anywise })
        .handle(async ({ id }, _context, { anywise }) => {
          await anywise.publish(new Paid({ id }));
          return id;
        }),
      on(GetPay).handle(async () => 'got'),
      on(Event)
        .named('all')
        .listen(
          ({ type, entityId }, context) => void seen.push(`hears ${type} of ${entityId} for ${context.get(Tenant)}`),
        ),
    ];
    const sink = otherSinks.memorySink();
    const bus = new Anywise({
      name: 'shop',
      contracts: [contract('shop', { Pay, GetPay, Paid })],
      registries: [new MessageRegistry('shop').register(...items)],
      sinks: [on(Paid).sink(sink)],
      logger: silent,
    });
    await bus.start();
    const context = [Tenant('acme')];
    await expect(bus.send(new Pay({ id: '1' }), { context })).resolves.toBe('1');
    await expect(bus.send(new GetPay(), { context })).resolves.toBe('got');
    expect(seen).toEqual(['guards shop.pay', 'hears shop.paid of 1 for acme', 'guards shop.get-pay']);
    await bus.stop();
  });

  it('have their context values in sinks of either copy', async () => {
    class Paid extends other.event('shop.paid', { entityId: () => '1', data: z.object({}) }) {}
    const Tenant = contextKey<string>('tenant', { header: 'tenant' });
    const context = new (await import('./core/message/context.js')).MessageContext({ entries: [Tenant('acme')] });
    expect(other.toEnvelopes(new Paid({}), context)).toMatchObject([{ tenant: '"acme"' }]);
  });

  it('can be handled by classes that are decorated with it', async () => {
    class Pay extends other.command('shop.pay', { reply: z.string() }) {}
    class Payments {
      pay(_command: Pay): string {
        return 'paid';
      }
    }
    other.handles(Pay)(Payments.prototype, 'pay', Object.getOwnPropertyDescriptor(Payments.prototype, 'pay') as never);
    expect(new MessageRegistry('shop').register(Payments).handlers).toMatchObject([{ targets: [Pay] }]);
  });

  it('have invalid data that is recognised', () => {
    class Pay extends other.command('shop.pay', { data: z.object({ id: z.string() }) }) {}
    expect(() => Pay.parse({})).toThrow(expect.objectContaining({ code: 'INVALID_MESSAGE' }));
  });
});

describe('a bus', () => {
  it('says that two copies are installed where code asks for a service of the other', () => {
    class Pay extends other.command('shop.pay') {}
    const handler = on(Pay)
      .inject({ anywise: other.Anywise })
      .handle(async () => undefined);
    const registries = [new MessageRegistry('shop').register(handler)];
    expect(new Anywise({ name: 'shop', registries, logger: silent }).verify()).toEqual([
      expect.stringContaining('two copies of anywise are installed'),
    ]);
  });

  it('reads registries and contracts of the other', async () => {
    class Pay extends other.command('shop.pay', { reply: z.string() }) {}
    const registry = new other.MessageRegistry('shop').register(other.on(Pay).handle(async () => 'paid'));
    const bus = new Anywise({
      name: 'shop',
      contracts: [other.contract('shop', { Pay })],
      registries: [registry],
      logger: silent,
    });
    await bus.start();
    await expect(bus.send(new Pay())).resolves.toBe('paid');
    await bus.stop();
  });
});
