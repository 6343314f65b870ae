import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { memoryStore } from '../../memory/store.js';
import { startBus } from '../../test-support/start-bus.js';
import { Anywise } from '../bus/anywise.js';
import { contract } from '../message/contract.js';
import { command, event } from '../message/declare.js';
import { type } from '../message/schema.js';
import { on } from '../registry/on.js';

class GetUser extends command('users.get-user', { reply: z.object({ id: z.string() }) }) {}
class Rename extends command('users.rename', {}) {}
class Renamed extends event('users.renamed', { data: type<{ id: string }>(), entityId: ({ id }) => id }) {}
const contracts = [contract('users', { GetUser, Rename, Renamed })];
const row = { id: '1', passwordHash: 'secret' };
const getUser = on(GetUser).handle(async () => row);
const rename = on(Rename).handle(async () => row as never);

describe('a reply', () => {
  it('is what its contract declares, and nothing more, where it leaves the process', async () => {
    await using bus = await startBus({ name: 'users', items: [getUser, rename], checkReplies: false });
    await expect(bus.send(new GetUser(), { checkReply: true })).resolves.toEqual({ id: '1' });
    await expect(bus.send(new Rename(), { checkReply: true })).resolves.toBeUndefined();
  });

  it('is left as it is within the process where replies are not checked', async () => {
    await using bus = await startBus({ name: 'users', items: [getUser], checkReplies: false });
    await expect(bus.send(new GetUser())).resolves.toBe(row);
  });

  it('is checked within the process outside of production', async () => {
    await using bus = await startBus({ name: 'users', items: [getUser] });
    await expect(bus.send(new GetUser())).resolves.toEqual({ id: '1' });
  });

  it('that does not fit is an error that names the field, and nothing is committed', async () => {
    const store = memoryStore();
    const wrong = on(GetUser)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        await anywise.publish(new Renamed({ id: '1' }));
        return { id: 5 } as never;
      });
    const listen = on(Renamed).listen(() => undefined);
    await using bus = await startBus({
      name: 'users',
      items: [wrong, on(Rename).handle(async () => undefined), listen],
      contracts,
      store,
      checkReplies: false,
    });
    const failed = { code: 'INVALID_REPLY', message: expect.stringMatching(/`users.get-user`.*`id`/) as unknown };
    await expect(bus.send(new GetUser(), { checkReply: true })).rejects.toMatchObject(failed);
    await expect(bus.send(new GetUser(), { idempotencyKey: 'k' })).rejects.toMatchObject(failed);
    expect((await store.inbox.status()).waiting.count).toBe(0);
    expect(await store.findReply({ type: 'users.get-user', key: 'k' })).toBeUndefined();
  });

  it('that JSON cannot represent does not leave the process, and nothing is committed', async () => {
    class Count extends command('users.count', { reply: type<{ readonly n: unknown }>() }) {}
    class Find extends command('users.find', { reply: z.object({ n: z.unknown() }) }) {}
    const items = [on(Count, Find).handle(async () => ({ n: 5n }))];
    await using bus = await startBus({
      items,
      contracts: [contract('users', { Count, Find })],
      store: memoryStore(),
      checkReplies: false,
    });
    for (const message of [new Count(), new Find()]) {
      const failed = { code: 'INVALID_REPLY', message: expect.stringContaining('`n`: is a bigint') as unknown };
      await expect(bus.send(message, { checkReply: true })).rejects.toMatchObject(failed);
      await expect(bus.send(message, { idempotencyKey: 'k' })).rejects.toMatchObject(failed);
      await expect(bus.send(message)).resolves.toEqual({ n: 5n });
    }
  });

  it('is kept under an idempotency key without what the contract does not declare', async () => {
    const store = memoryStore();
    await using bus = await startBus({
      name: 'users',
      items: [getUser, rename],
      contracts,
      store,
      checkReplies: false,
    });
    await bus.send(new GetUser(), { idempotencyKey: 'k' });
    expect(await store.findReply({ type: 'users.get-user', key: 'k' })).toMatchObject({ reply: { id: '1' } });
  });
});
