import { expect } from '@jest/globals';
import { contract } from '../core/message/contract.js';
import { event } from '../core/message/declare.js';
import { type } from '../core/message/schema.js';
import type { Transport } from '../core/ports/transport.js';
import { on } from '../core/registry/on.js';
import { memoryStore } from '../memory/store.js';
import { eventually } from '../testing/eventually.js';
import { silent, startBus } from './start-bus.js';

class Rung extends event('bell.rung', { data: type<{ readonly n: number }>(), entityId: () => 'one' }) {}
const contracts = [contract('bell', { Rung })];

/** Starts two buses before their broker, and expects that what one publishes reaches the other, in order, once it is there. */
export async function expectLateStart(connect: () => Transport, startBroker: () => Promise<void>): Promise<void> {
  const [heard, log]: [number[], string[]] = [[], []];
  const note = (_details: object, text: string): number => log.push(text.split(';')[0] ?? '');
  const logger = { ...silent, warn: note, info: note, error: note };
  const items = [
    on(Rung)
      .named('hear')
      .listen(({ n }) => void heard.push(n)),
  ];
  await using ear = await startBus({
    name: 'ear',
    items,
    contracts,
    store: memoryStore(),
    transport: connect(),
    logger,
  });
  await using bell = await startBus({ name: 'bell', contracts, store: memoryStore(), transport: connect() });
  for (const n of [1, 2, 3]) await bell.publish(new Rung({ n }));
  expect(await ear.check()).toEqual(['the transport cannot be used']);
  expect(await bell.check()).toEqual(['the transport cannot be used']);
  await startBroker();
  await eventually(() => expect(heard).toEqual([1, 2, 3]));
  await eventually(async () => expect(await ear.check()).toEqual([]));
  expect(log).toEqual(['The transport cannot be used', 'The transport can be used again']);
}
