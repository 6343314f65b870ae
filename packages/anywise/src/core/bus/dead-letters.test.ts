import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contract } from '../message/contract.js';
import { limits } from '../message/limits.js';
import type { OnDead } from '../ports/inbox.js';
import type { DeadLetter } from '../ports/dead-letters.js';
import { memoryStore } from '../../memory/store.js';
import { event } from '../message/declare.js';
import { on } from '../registry/on.js';
import { testEntry, testEnvelope } from '../../testing/envelopes.js';
import { eventually } from '../../testing/eventually.js';
import { startBus } from '../../test-support/start-bus.js';

class Paid extends event('payments.paid', {
  data: z.object({ id: z.string(), amount: z.number() }),
  entityId: ({ id }) => id,
}) {}
const contracts = [contract('payments', { Paid })];

/** A bus whose one listener fails on negative amounts, and on everything while `broken`. */
async function startMail(onDead: OnDead = 'park') {
  const world = { broken: false, heard: [] as string[] };
  const store = memoryStore();
  const mail = on(Paid)
    .named('mail')
    .retry({ attempts: 1 })
    .onDead(onDead)
    .listen(({ id, amount }) => {
      if (world.broken || amount < 0) throw new Error(`cannot mail ${amount}`);
      world.heard.push(`${id} ${amount}`);
    });
  const bus = await startBus({ name: 'mail', contracts, store, items: [mail] });
  const firstDead = async (): Promise<DeadLetter> => {
    await eventually(async () => expect(await bus.deadLetters.count()).toBe(1));
    const [letter] = await bus.deadLetters.list();
    if (letter === undefined) throw new Error('the dead letter is gone');
    return letter;
  };
  return { world, store, bus, firstDead, [Symbol.asyncDispose]: () => bus.stop() };
}

describe('a dead letter', () => {
  it('says what it is, and what happened', async () => {
    await using mail = await startMail();
    const paid = new Paid({ id: 'o1', amount: -1 });
    await mail.bus.publish(paid);
    const letter = await mail.firstDead();
    expect(letter).toMatchObject({
      listener: 'mail',
      id: paid.eventId,
      type: 'payments.paid',
      key: 'o1',
      holdsUp: 'key',
      attempts: 1,
      error: 'cannot mail -1',
      original: undefined,
    });
    expect(JSON.parse(letter.json)).toMatchObject({ id: paid.eventId, data: { id: 'o1', amount: -1 } });
    await expect(mail.bus.deadLetters.find(letter)).resolves.toEqual(letter);
  });

  it('replayed is handled before what waited behind it', async () => {
    await using mail = await startMail();
    mail.world.broken = true;
    await mail.bus.publish(new Paid({ id: 'o1', amount: 1 }));
    const { id } = await mail.firstDead();
    await mail.bus.publish(new Paid({ id: 'o1', amount: 2 }));
    mail.world.broken = false;
    await mail.bus.publish(new Paid({ id: 'o2', amount: 3 }));
    await eventually(() => expect(mail.world.heard).toEqual(['o2 3']));
    await expect(mail.bus.deadLetters.replay({ id })).resolves.toBe(1);
    await eventually(() => expect(mail.world.heard).toEqual(['o2 3', 'o1 1', 'o1 2']));
    await expect(mail.bus.deadLetters.count()).resolves.toBe(0);
  });

  it('discarded lets go on what waited behind it, and does not come back', async () => {
    await using mail = await startMail();
    const lost = new Paid({ id: 'o1', amount: -1 });
    await mail.bus.publish(lost);
    const { source } = await mail.firstDead();
    await mail.bus.publish(new Paid({ id: 'o1', amount: 2 }));
    await expect(mail.bus.deadLetters.discard({ listener: 'mail' })).resolves.toBe(1);
    await eventually(() => expect(mail.world.heard).toEqual(['o1 2']));
    await mail.store.inbox.add([testEntry({ id: lost.eventId, source, listener: 'mail' })]);
    await expect(mail.store.inbox.status()).resolves.toMatchObject({ waiting: { count: 0 }, dead: { count: 0 } });
  });

  it('edited and replayed is handled with the new data, and keeps what came', async () => {
    await using mail = await startMail();
    await mail.bus.publish(new Paid({ id: 'o1', amount: -1 }));
    const before = await mail.firstDead();
    await mail.bus.deadLetters.edit(before, { id: 'o1', amount: 7 });
    const after = await mail.firstDead();
    expect(after.original).toBe(before.json);
    await mail.bus.deadLetters.replay({ id: before.id });
    await eventually(() => expect(mail.world.heard).toEqual(['o1 7']));
  });

  it('is not edited to what its contract refuses', async () => {
    await using mail = await startMail();
    await mail.bus.publish(new Paid({ id: 'o1', amount: -1 }));
    const letter = await mail.firstDead();
    await expect(mail.bus.deadLetters.edit(letter, { id: 'o1', amount: 'much' })).rejects.toMatchObject({
      code: 'INVALID_MESSAGE',
    });
    await expect(mail.bus.deadLetters.find(letter)).resolves.toEqual(letter);
  });

  it('is checked with new data by its contract, and is not changed', async () => {
    await using mail = await startMail();
    await mail.bus.publish(new Paid({ id: 'o1', amount: -1 }));
    const letter = await mail.firstDead();
    expect(() => mail.bus.deadLetters.check(letter, { id: 'o1', amount: 'much' })).toThrow('`amount`');
    const json = mail.bus.deadLetters.check(letter, { id: 'o1', amount: 7 });
    expect(JSON.parse(json)).toEqual({ ...(JSON.parse(letter.json) as object), data: { id: 'o1', amount: 7 } });
    await expect(mail.firstDead()).resolves.toEqual(letter);
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], 1);

  it.each([
    ['nothing', undefined],
    ['a bigint', 1n],
    ['what contains itself', circular],
    ['what is nested too deep', deep],
  ])('is not edited to what JSON cannot represent: %s', async (_what, amount) => {
    await using mail = await startMail();
    await mail.bus.publish(new Paid({ id: 'o1', amount: -1 }));
    const letter = await mail.firstDead();
    expect(() => mail.bus.deadLetters.check(letter, amount)).toThrow(
      expect.objectContaining({ code: 'INVALID_MESSAGE' }),
    );
    const unreadable = { json: 'no envelope' };
    expect(() => mail.bus.deadLetters.check(unreadable, amount)).toThrow(
      expect.objectContaining({ code: 'UNREADABLE_MESSAGE' }),
    );
  });

  it('is edited to data that is nested as deep as it may be when it is published', async () => {
    await using mail = await startMail();
    await mail.bus.publish(new Paid({ id: 'o1', amount: -1 }));
    const letter = await mail.firstDead();
    const nested = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 1);
    const data = (levels: number) => ({ id: 'o1', amount: 7, more: nested(levels) });
    expect(() => mail.bus.deadLetters.check(letter, data(limits.depth - 2))).not.toThrow();
    expect(() => mail.bus.deadLetters.check(letter, data(limits.depth - 1))).toThrow('levels deep');
  });

  it('is read as its listener would get it now', async () => {
    await using mail = await startMail();
    await mail.bus.publish(new Paid({ id: 'o1', amount: -1 }));
    const letter = await mail.firstDead();
    expect(mail.bus.deadLetters.read(letter)).toEqual({ id: 'o1', amount: -1 });
    const newer = JSON.stringify({ ...(JSON.parse(letter.json) as object), schemaversion: 2 });
    expect(() => mail.bus.deadLetters.read({ json: newer })).toThrow('came in version 2');
    expect(() => mail.bus.deadLetters.read({ json: 'no envelope' })).toThrow('An envelope is not JSON');
  });

  it('that is gone cannot be edited', async () => {
    await using mail = await startMail();
    await expect(mail.bus.deadLetters.edit({ id: 'x', source: '/test', listener: 'mail' }, {})).rejects.toThrow(
      '`mail` has no dead letter x. It was replayed or discarded; list what there is.',
    );
  });

  it('with `block` holds up its listener until it is discarded', async () => {
    await using mail = await startMail('block');
    await mail.bus.publish(new Paid({ id: 'o1', amount: -1 }));
    const letter = await mail.firstDead();
    expect(letter.holdsUp).toBe('listener');
    await mail.bus.publish(new Paid({ id: 'o2', amount: 2 }));
    await expect(mail.store.inbox.status()).resolves.toMatchObject({ waiting: { count: 1 }, dead: { count: 1 } });
    await mail.bus.deadLetters.discard({ id: letter.id });
    await eventually(() => expect(mail.world.heard).toEqual(['o2 2']));
  });
});

describe('what could not be read', () => {
  const unreadable = testEntry({ id: 'u1', listener: 'mail/unreadable', json: '<xml/>', error: 'not JSON' });

  it('goes to its listeners once it is mended and replayed', async () => {
    await using mail = await startMail();
    await mail.store.inbox.add([unreadable]);
    const letter = await mail.firstDead();
    await expect(mail.bus.deadLetters.edit(letter, { not: 'an envelope' })).rejects.toMatchObject({
      code: 'UNREADABLE_MESSAGE',
    });
    const mended = testEnvelope({ id: 'e1', type: 'payments.paid', subject: 'o1', data: { id: 'o1', amount: 5 } });
    await mail.bus.deadLetters.edit(letter, mended);
    await mail.bus.deadLetters.replay({ id: letter.id });
    await eventually(() => expect(mail.world.heard).toEqual(['o1 5']));
    await expect(mail.bus.deadLetters.count()).resolves.toBe(0);
  });

  it('is dead again where it is replayed as it was', async () => {
    await using mail = await startMail();
    await mail.store.inbox.add([unreadable]);
    await mail.bus.deadLetters.replay({});
    await eventually(async () =>
      expect(await mail.bus.deadLetters.list()).toMatchObject([
        { json: '<xml/>', error: expect.stringContaining('not JSON') as unknown, attempts: 1 },
      ]),
    );
  });
});
