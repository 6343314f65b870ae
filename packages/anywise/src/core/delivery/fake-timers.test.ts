import { afterEach, expect, it, jest } from '@jest/globals';
import { Anywise, MessageRegistry, contract, event, memoryBroker, on, type } from '../../index.js';

class Happened extends event('fake.happened', { data: type<{ n: number }>(), entityId: ({ n }) => String(n) }) {}
const fake = contract('fake', { Happened });

afterEach(() => {
  jest.useRealTimers();
});

it('brings messages between the buses of one process while a test holds the clock, and leaves nothing in the outbox', async () => {
  jest.useFakeTimers();
  const broker = memoryBroker();
  const seen: number[] = [];
  const listener = on(Happened)
    .named('note')
    .listen(({ n }) => void seen.push(n));
  const sender = new Anywise({ name: 'fake', contracts: [fake], transport: broker.connect() });
  const receiver = new Anywise({
    name: 'other',
    contracts: [fake],
    registries: [new MessageRegistry('other').register(listener)],
    transport: broker.connect(),
  });
  await sender.start();
  await receiver.start();
  await sender.publish(new Happened({ n: 1 }));
  // Nothing but promises gets on here.
  for (let turn = 0; turn < 500; turn++) await Promise.resolve();
  expect(seen).toEqual([1]);
  expect((await sender.status())?.outbox.waiting.count).toBe(0);
});
