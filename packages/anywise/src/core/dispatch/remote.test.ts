import { describe, expect, it } from '@jest/globals';
import { memoryBroker } from '../../memory/transport.js';
import { startBus } from '../../test-support/start-bus.js';
import {
  contracts,
  get,
  GetPayment,
  getOrder,
  note,
  Note,
  orders,
  pay,
  Pay,
  Place,
  place,
  Secret,
  services,
  User,
} from '../../test-support/remote-services.js';
import { Anywise } from '../bus/anywise.js';
import type { Context } from '../message/context.js';
import { Command } from '../message/message.js';
import type { AnsweredOther, AskedOther } from '../ports/observer.js';
import { on } from '../registry/on.js';

describe('a message that another service owns', () => {
  it('is sent there, and its reply comes back', async () => {
    await using bus = await services();
    await expect(bus.orders.send(new GetPayment({ id: 'a' }))).resolves.toEqual({ id: 'a', amount: 5 });
    await expect(bus.orders.send(new Pay({ amount: 7 }))).resolves.toEqual({ id: 'p1', amount: 7 });
    await expect(bus.orders.send(new Note({ text: 'x' }))).resolves.toBeUndefined();
    await expect(bus.payments.send(new Place({ amount: 1 }))).resolves.toBe('placed');
  });

  it('is handled here if its handler is here, and not offered to others', async () => {
    const here = on(GetPayment).handle(async () => ({ id: 'here', amount: 0 }));
    await using bus = await services({ orders: [place, getOrder, here] });
    await expect(bus.orders.send(new GetPayment({ id: 'a' }))).resolves.toEqual({ id: 'here', amount: 0 });
    await expect(bus.payments.send(new GetPayment({ id: 'a' }))).resolves.toEqual({ id: 'a', amount: 5 });
  });

  it('takes along what travels: correlation, causation, and the values of keys with a header', async () => {
    const seen: Context[] = [];
    const look = on(GetPayment).handle(async (_query, its) => {
      seen.push(its);
      return null;
    });
    const outer = on(Place)
      .inject({ anywise: Anywise })
      .handle(async (_command, its, { anywise }) => {
        seen.push(its);
        await anywise.send(new GetPayment({ id: 'a' }));
        return 'placed';
      });
    await using bus = await services({ payments: [look, pay, note], orders: [outer, getOrder] });
    await bus.orders.send(new Place({ amount: 1 }), { context: [User('ada'), Secret('s')], timeoutMs: 60_000 });
    const [here, there] = seen;
    expect([there?.find(User), there?.find(Secret)]).toEqual(['ada', undefined]);
    expect(there?.correlationId).toBe(here?.correlationId);
    expect(there?.causationId).toBe(here?.messageId);
    expect(Math.abs(Number(there?.deadline) - Number(here?.deadline))).toBeLessThan(5_000);
  });

  it('passes the guards of the service that handles it, and no others', async () => {
    const seen: string[] = [];
    const guard = (where: string) => on(Command).before(({ type: name }) => void seen.push(`${where}: ${name}`));
    await using bus = await services({
      payments: [guard('payments'), get, pay, note],
      orders: [guard('orders'), place, getOrder],
    });
    await bus.orders.send(new Pay({ amount: 1 }));
    expect(seen).toEqual(['payments: payments.pay']);
  });

  it('gets a reply without what the contract does not know', async () => {
    const more = on(Pay).handle(async ({ amount }) => ({ id: 'p', amount, secret: 'x' }));
    await using bus = await services({ payments: [get, more, note] });
    await expect(bus.orders.send(new Pay({ amount: 1 }))).resolves.toEqual({ id: 'p', amount: 1 });
  });

  it('says that it has no handler where the bus has no way to ask', async () => {
    await using bus = await startBus({ name: 'orders', contracts, items: [place, getOrder] });
    await expect(bus.send(new GetPayment({ id: 'a' }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `"\`payments.get\` has no handler in this process, and the bus has no transport that could ask \`payments\` for it. Register one with \`on(GetPayment).handle(…)\`, or pass a \`transport\` that carries requests."`,
    );
  });

  it('says that it has no handler where no contract has it', async () => {
    await using bus = await startBus({
      name: 'orders',
      contracts: [orders],
      items: [place, getOrder],
      transport: memoryBroker().connect(),
    });
    await expect(bus.send(new GetPayment({ id: 'a' }))).rejects.toMatchObject({ code: 'NO_HANDLER' });
  });

  it('is refused with options that are not', async () => {
    await using bus = await services();
    const wrong = bus.orders.send(new GetPayment({ id: 'a' }), { retry: 'yes' as never });
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_SETUP' });
  });

  it('is in the description of the bus, with the service that answers it', async () => {
    await using bus = await services();
    const described = bus.orders.describe().messages.map(({ type, otherService }) => [type, otherService]);
    expect(Object.fromEntries(described)).toMatchObject({ 'orders.place': undefined, 'payments.pay': 'payments' });
    expect(bus.orders.inspect.otherService(GetPayment)).toBe('payments');
    expect(bus.payments.inspect.otherService(GetPayment)).toBeUndefined();
  });

  it('is seen by the observers of both services', async () => {
    await using bus = await services();
    const asked: AskedOther[] = [];
    const answered: AnsweredOther[] = [];
    bus.orders.observe({ asked: (one) => asked.push(one) });
    bus.payments.observe({ answered: (one) => answered.push(one) });
    await bus.orders.send(new GetPayment({ id: 'a' }));
    const { id } = asked[0] ?? {};
    expect(asked).toMatchObject([{ type: 'payments.get', kind: 'query', service: 'payments', error: undefined }]);
    expect(answered).toMatchObject([{ id, type: 'payments.get', kind: 'query', source: '/orders', error: undefined }]);
  });

  it('is answered a thousand times at once', async () => {
    await using bus = await services();
    const sent = Array.from({ length: 1_000 }, (_, n) =>
      bus.orders.send(new GetPayment({ id: String(n) }), { timeoutMs: 60_000 }),
    );
    const ids = (await Promise.all(sent)).map((payment) => payment?.id);
    expect(ids).toEqual(sent.map((_, n) => String(n)));
  });
});

it('a bus that cannot be asked does not take long to say so', async () => {
  await using bus = await startBus({
    name: 'orders',
    contracts,
    items: [place, getOrder],
    transport: memoryBroker().connect(),
  });
  const sent = bus.send(new GetPayment({ id: 'a' }));
  await expect(sent).rejects.toThrowErrorMatchingInlineSnapshot(
    `"No instance of \`payments\` answers \`payments.get\` now, so it was not handled. Start the service, or send it again later."`,
  );
  await expect(sent).rejects.toMatchObject({ code: 'NO_RESPONDER', retryable: true });
});
