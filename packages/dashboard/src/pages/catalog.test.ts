import { describe, expect, it } from '@jest/globals';
import { Anywise, command, contract, domainError, event, MessageRegistry, on } from 'anywise';
import { catalog } from 'anywise/docs';
import { z } from 'zod';
import { openDashboard } from '../test-support/dashboard.js';

class Declined extends domainError('shop.declined', {
  data: z.object({ reason: z.string() }),
  message: () => 'declined',
}) {}
class Pay extends command('shop.pay', {
  summary: 'Takes a payment.',
  data: z.object({ amount: z.int().positive().meta({ description: 'In cents, <b>never</b> in euros.' }) }),
  reply: z.object({ paymentId: z.string() }),
  errors: [Declined],
}) {}
class Paid extends event('shop.paid', {
  version: 2,
  data: z.object({ id: z.string() }),
  entityId: ({ id }) => id,
  upcast: { 1: (old) => old },
}) {}

const contracts = [contract('shop', { Pay, Paid })];
const registries = [
  new MessageRegistry('shop').register(
    on(Pay).handle(async () => ({ paymentId: 'p-1' })),
    on(Paid)
      .named('on-paid')
      .listen(() => undefined),
  ),
];
const description = new Anywise({ name: 'shop', contracts, registries }).describe();
const messages = () =>
  catalog([{ description, contracts, made: [{ type: 'shop.paid', deed: 'publishes', place: 'src/pay.ts:7' }] }]);

describe('the catalog', () => {
  it('lists the messages, who makes them and who reads them', async () => {
    await using opened = await openDashboard({ catalog: messages });
    const page = await opened.read('/catalog');
    expect(page).toContain('2 messages, as the code declares them');
    expect(page).toMatch(/shop\.pay\s+command\s+1\s+Takes a payment\.\s+no service\s+shop/);
    expect(page).toMatch(/shop\.paid\s+event\s+2\s+no summary\s+shop\s+shop/);
    expect((await opened.server.ask('/')).text).toContain('/catalog');
  });

  it('shows one message with its fields, an example, its reply and its errors', async () => {
    await using opened = await openDashboard({ catalog: messages });
    const page = await opened.read('/catalog?type=shop.pay');
    expect(page).toMatch(/amount\s+integer, more than 0, at most 9007199254740991\s+yes/);
    expect(page).toContain('In cents, <b>never</b> in euros.');
    expect(page).toMatch(/"amount":\s*1/);
    expect(page).toContain('Error shop.declined');
    expect(page).toMatch(/shop\s+handles it\s+src\/pages\/catalog\.test\.ts:\d+/);
    const { text } = await opened.server.ask('/catalog?type=shop.pay');
    expect(text).not.toContain('<b>never');
    const paid = await opened.read('/catalog?type=shop.paid');
    expect(paid).toContain('version 2, reads 1 too');
    expect(paid).toMatch(/shop\s+publishes it\s+src\/pay\.ts:7/);
    expect(paid).toContain('listens as on-paid');
  });

  it('does not say that no service makes a message where the source was not read, nor that there are none before the code was read', async () => {
    let read: ReturnType<typeof messages> = [];
    await using opened = await openDashboard({ catalog: () => read });
    expect(await opened.read('/catalog')).toContain('The catalog has no messages.');
    read = catalog([{ description, contracts }]);
    expect(await opened.read('/catalog')).toMatch(/shop\.pay\s+command\s+1\s+Takes a payment\.\s+not known\s+shop/);
  });

  it('answers 404 for what it has not', async () => {
    await using opened = await openDashboard({ catalog: messages });
    expect((await opened.server.ask('/catalog?type=shop.other')).status).toBe(404);
  });

  it('is not in the navigation where there is none, and says how to get one', async () => {
    await using opened = await openDashboard();
    expect((await opened.server.ask('/')).text).not.toContain('/catalog');
    expect(await opened.read('/catalog')).toContain('There is no catalog.');
  });
});
