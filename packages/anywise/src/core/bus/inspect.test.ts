import { expect, it } from '@jest/globals';
import { contract } from '../message/contract.js';
import { Command } from '../message/message.js';
import { command, event } from '../message/declare.js';
import { on } from '../registry/on.js';
import { MessageRegistry, type Registrable } from '../registry/registry.js';
import { type } from '../message/schema.js';
import { Anywise } from './anywise.js';
import { fulfilment, fulfilmentContract } from '../../test-support/fulfilment.js';
import { startBus } from '../../test-support/start-bus.js';
import { todoListOf } from '../../test-support/todo-list.js';
import { todo } from '../../test-support/todos.js';

class Pay extends command('test.pay', { summary: 'Takes a payment.', reply: type<string>() }) {}
class Paid extends event('test.paid', { data: type<{ id: string }>(), entityId: ({ id }) => id }) {}

const items = [
  on(Pay).handle(async function pay() {
    return 'paid';
  }),
  on(Pay).before(function inner() {
    return undefined;
  }),
  on(Command).before(function outer() {
    return undefined;
  }),
  on(Paid).listen(function hear() {
    return undefined;
  }),
];

it('a bus describes its whole wiring as plain data', async () => {
  await using bus = await startBus({ items, contracts: [contract('test', { Pay, Paid })] });
  const description = bus.describe();
  expect(JSON.parse(JSON.stringify(description))).toMatchInlineSnapshot(`
    {
      "entities": [],
      "heard": [
        "test.paid",
        "test.pay",
      ],
      "messages": [
        {
          "guards": [],
          "kind": "event",
          "listeners": [
            {
              "attempts": 1,
              "name": "test/test.paid",
              "onDead": "park",
              "place": "registry \`test\`, \`hear\`",
              "runs": "inside",
              "source": "src/core/bus/inspect.test.ts:27",
            },
          ],
          "slice": "test",
          "type": "test.paid",
          "version": 1,
        },
        {
          "guards": [
            {
              "place": "registry \`test\`, guard of \`Command\`",
            },
            {
              "place": "registry \`test\`, guard of \`test.pay\`",
            },
          ],
          "handler": {
            "place": "registry \`test\`, \`pay\`",
            "source": "src/core/bus/inspect.test.ts:18",
          },
          "kind": "command",
          "listeners": [],
          "slice": "test",
          "summary": "Takes a payment.",
          "type": "test.pay",
          "version": 1,
        },
      ],
      "name": "test",
      "projections": [],
      "sagas": [],
    }
  `);
});

it('a bus tells who handles a command, and what guards it, outermost first', async () => {
  await using bus = await startBus({ items });
  expect(bus.inspect.handler(Pay)?.place).toMatchInlineSnapshot(`"registry \`test\`, \`pay\`"`);
  expect(bus.inspect.guards(Pay).map(({ place }) => place)).toMatchInlineSnapshot(`
    [
      "registry \`test\`, guard of \`Command\`",
      "registry \`test\`, guard of \`test.pay\`",
    ]
  `);
  expect(bus.inspect.listeners(Paid).map(({ name }) => name)).toEqual(['test/test.paid']);
});

it('a bus hears what its listeners hear after the commit, and the commands that it owns', async () => {
  class Refund extends command('other.refund') {}
  class Refunded extends event('other.refunded', { data: type<{ id: string }>(), entityId: ({ id }) => id }) {}
  const contracts = [contract('test', { Pay, Paid }), contract('other', { Refund, Refunded })];
  const nothing = (): undefined => undefined;
  const heardBy = async (...registered: Registrable[]): Promise<readonly string[]> => {
    await using bus = await startBus({ items: registered, contracts });
    return bus.describe().heard;
  };
  const pay = on(Pay).handle(async () => 'paid');
  const refund = on(Refund).handle(async () => undefined);
  expect(await heardBy(pay, refund, on(Refunded).named('hear').listen(nothing))).toEqual([
    'other.refunded',
    'test.pay',
  ]);
  expect(await heardBy(pay, on(Paid).named('inside').inline().listen(nothing))).toEqual(['test.pay']);
});

it('a bus describes its entities, projections and sagas by their events', () => {
  const registry = new MessageRegistry('test').register(todo, todoListOf(3).onDead('park'), fulfilment);
  const bus = new Anywise({ name: 'test', registries: [registry], contracts: [fulfilmentContract] });
  const { entities, projections, sagas } = bus.describe();
  const place = 'registry `test`';
  const events = ['test.todo-completed', 'test.todo-created', 'test.todo-dropped', 'test.todo-renamed'];
  expect({ entities, projections }).toEqual({
    entities: [{ name: 'test.todo', place, events }],
    projections: [
      {
        ...{ name: 'test.todo-list', version: 3, place, events },
        tables: ['todos'],
        runs: 'afterwards',
        onDead: 'park',
      },
    ],
  });
  expect(sagas).toEqual([
    {
      ...{ name: 'test.fulfilment', version: 1, place: expect.stringContaining('test') },
      starts: ['test.order-placed'],
      hears: ['test.order-shipped', 'test.payment-captured', 'test.payment-refunded'],
      ...{ timeouts: ['unpaid', 'unshipped'], onDead: 'park' },
    },
  ]);
});
