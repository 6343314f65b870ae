import { describe, expect, it } from '@jest/globals';
import { Anywise } from '../bus/anywise.js';
import { command, event } from '../message/declare.js';
import type { Event } from '../message/message.js';
import { on } from './on.js';
import { MessageRegistry } from './registry.js';
import { type } from '../message/schema.js';
import { silent, startBus } from '../../test-support/start-bus.js';

class GetRate extends command('rates.get-rate', { reply: type<number>() }) {}
class Placed extends event('orders.placed', { data: type<{ id: string }>(), entityId: ({ id }) => id }) {}

const registry = () => new MessageRegistry('rates').register(on(GetRate).handle(async () => 7));

describe('registry.replace', () => {
  it('puts a handler in the place of another, whichever registry has that', async () => {
    const fakes = new MessageRegistry('fakes').replace(on(GetRate).handle(async () => 1));
    const bus = new Anywise({ name: 'test', registries: [registry(), fakes], logger: silent });
    await bus.start();
    await expect(bus.send(new GetRate())).resolves.toBe(1);
    await bus.stop();
  });

  it('may be used once a message', () => {
    const fakes = registry()
      .replace(on(GetRate).handle(async () => 1))
      .replace(on(GetRate).handle(async () => 2));
    const bus = new Anywise({ name: 'test', registries: [fakes], logger: silent });
    expect(bus.verify()).toHaveLength(1);
  });
});

it('an entity that collects its events has them published in order, and only once', async () => {
  const heard: string[] = [];
  await using bus = await startBus({ items: [on(Placed).listen(({ id }) => void heard.push(id))] });
  const events: Event[] = [new Placed({ id: '1' }), new Placed({ id: '2' })];
  const order = { takeEvents: () => events.splice(0) };
  await bus.collect(order);
  await bus.collect(order);
  expect(heard).toEqual(['1', '2']);
});

it('an observer that fails harms neither the bus nor other observers', async () => {
  const seen: string[] = [];
  await using bus = await startBus({});
  bus.observe({
    published: () => {
      throw new Error('broken');
    },
  });
  const stop = bus.observe({ published: (published) => void seen.push(published.type) });
  await bus.publish(new Placed({ id: '1' }));
  stop();
  await bus.publish(new Placed({ id: '2' }));
  expect(seen).toEqual(['orders.placed']);
});
