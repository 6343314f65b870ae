import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../bus/anywise.js';
import { contextKey } from '../message/context.js';
import { contract } from '../message/contract.js';
import { command, event } from '../message/declare.js';
import { on } from '../registry/on.js';
import { memoryStore } from '../../memory/store.js';
import { memoryBroker } from '../../memory/transport.js';
import { eventually } from '../../testing/eventually.js';
import { startBus, type StartBusOptions } from '../../test-support/start-bus.js';

const User = contextKey<string>('user', { header: 'user' });
const Mood = contextKey<string>('mood');
class Open extends command('shop.open') {}
class Opened extends event('shop.opened', { data: z.object({ id: z.string() }), entityId: ({ id }) => id }) {}
const contracts = [contract('shop', { Open, Opened })];
const opened = new Opened({ id: 'a' });

/** A shop whose listeners, one inline, note the user and the mood. */
async function shop(options: Partial<StartBusOptions> = {}) {
  const inline: unknown[] = [];
  const heard: unknown[] = [];
  const items = [
    on(Opened)
      .named('inline')
      .inline()
      .listen((_event, context) => void inline.push([context.find(User), context.find(Mood)])),
    on(Opened)
      .named('later')
      .listen((_event, context) => void heard.push([context.find(User), context.find(Mood)])),
    on(Open)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        await anywise.publish(opened, { context: [User('bob')] });
        await anywise.transaction(async (tx) => tx.publish(opened), { context: [Mood('grave')] });
        await anywise.publish(opened);
      }),
  ];
  const bus = await startBus({ name: 'shop', contracts, items, context: [User], ...options });
  return Object.assign(bus, { inline, heard });
}

describe('values for the context of an event', () => {
  it('reach all listeners that run inside publish', async () => {
    await using bus = await shop();
    await bus.publish(opened, { context: [User('ada'), Mood('merry')] });
    expect([bus.inline, bus.heard]).toEqual([[['ada', 'merry']], [['ada', 'merry']]]);
  });

  it.each<[way: string, options: () => Partial<StartBusOptions>]>([
    ['a store', () => ({ store: memoryStore() })],
    ['a transport', () => ({ transport: memoryBroker().connect() })],
  ])('travel with it if their keys have a header, with %s', async (_way, options) => {
    await using bus = await shop(options());
    await bus.publish(opened, { context: [User('ada'), Mood('merry')] });
    await eventually(() => expect(bus.heard).toEqual([['ada', undefined]]));
    expect(bus.inline).toEqual([['ada', 'merry']]);
  });

  it('come before those of the message whose code publishes, for this event alone', async () => {
    await using bus = await shop();
    await bus.send(new Open(), { context: [User('ada'), Mood('merry')] });
    expect(bus.inline).toEqual([
      ['bob', 'merry'],
      ['ada', 'grave'],
      ['ada', 'merry'],
    ]);
  });

  it('are entries, not keys', async () => {
    await using bus = await shop();
    await expect(bus.publish(opened, { context: [User as never] })).rejects.toMatchObject({ code: 'INVALID_SETUP' });
    expect(bus.inline).toEqual([]);
  });
});
