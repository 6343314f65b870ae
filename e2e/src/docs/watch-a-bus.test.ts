import { expect, it } from '@jest/globals';
import type { Anywise, Command, Logger } from 'anywise';
import { scenario } from 'anywise/testing';
import { importPage } from './import-page.js';

const { createBus, lineLogger, countOutcomes, wiringOf, tableOf, alertsOf, Ship } = (await importPage(
  'docs/how-to/watch-a-bus.md',
)) as {
  readonly createBus: (logger: Logger) => Anywise;
  readonly lineLogger: (write: (line: string) => void) => Logger;
  readonly countOutcomes: (bus: Anywise) => { readonly stop: () => void; readonly text: () => string };
  readonly wiringOf: (bus: Anywise) => object;
  readonly tableOf: (bus: Anywise) => string;
  readonly alertsOf: (bus: Anywise) => Promise<readonly string[]>;
  readonly Ship: new (data: { readonly orderId: string }) => Command;
};

it('counts, logs and reports what a listener has handled and given up', async () => {
  const lines: string[] = [];
  const bus = createBus(lineLogger((line) => void lines.push(line)));
  const counter = countOutcomes(bus);
  await bus.start();
  const { deadLetters } = await scenario(bus)
    .send(new Ship({ orderId: 'o-1' }))
    .send(new Ship({ orderId: 'o-2' }))
    .send(new Ship({ orderId: 'o-13' }))
    .untilQuiet();
  expect(counter.text().split('\n').sort()).toEqual([
    '',
    'anywise_handled_total{listener="shop/tell-customer",outcome="dead"} 1',
    'anywise_handled_total{listener="shop/tell-customer",outcome="handled"} 2',
  ]);
  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`^error \\| .+ \\| shop/tell-customer \\| ${deadLetters[0]?.id ?? 'none'}$`)),
  ]);
  expect(await alertsOf(bus)).toEqual(['1 messages are dead letters.']);
  expect(await bus.check()).toEqual([]);
  counter.stop();
  await bus.stop();
});

it('describes the wiring before the bus is started', () => {
  const bus = createBus(lineLogger(() => undefined));
  expect(bus.verify()).toEqual([]);
  expect(wiringOf(bus)).toMatchObject({
    handler: { place: 'registry `shop`, handler of `shop.ship`' },
    guards: [],
    listeners: [{ name: 'shop/tell-customer', runs: 'afterwards', attempts: 1, onDead: 'park' }],
  });
  expect(tableOf(bus)).toBe(`| message | kind | code |
| --- | --- | --- |
| shop.ship | command | registry \`shop\`, handler of \`shop.ship\` |
| shop.shipped | event | registry \`shop\`, listener of \`shop.shipped\` |`);
});
