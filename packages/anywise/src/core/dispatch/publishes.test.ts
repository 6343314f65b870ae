import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { memoryStore } from '../../memory/index.js';
import { startBus } from '../../test-support/start-bus.js';
import { eventually } from '../../testing/index.js';
import { Anywise } from '../bus/anywise.js';
import { contract } from '../message/contract.js';
import { command, event, query } from '../message/declare.js';
import { Event } from '../message/message.js';
import { on } from '../registry/on.js';
import { MessageRegistry } from '../registry/registry.js';

const data = z.object({ id: z.string() });
const entityId = ({ id }: { readonly id: string }): string => id;

class Place extends command('shop.place', { data }) {}
class Notify extends command('shop.notify', { data }) {}
class Count extends query('shop.count', { data }) {}
class Placed extends event('shop.placed', { data, entityId }) {}
class Paid extends event('shop.paid', { data, entityId }) {}
class Lost extends event('shop.lost', { data, entityId }) {}
const shop = contract('shop', { Place, Notify, Placed, Paid, Lost });
const contracts = [shop];
const one = { id: 'a' };

const notifies = on(Notify)
  .inject({ anywise: Anywise })
  .handle(async ({ id }, _context, { anywise }) => anywise.publish(new Lost({ id })));
/** Publishes what is given, and says that it publishes `Placed` and `Paid`. */
const places = (publish: (anywise: Anywise) => Promise<unknown>) =>
  on(Place)
    .publishes(Placed, Paid)
    .inject({ anywise: Anywise })
    .handle(async function place(_command, _context, { anywise }) {
      await publish(anywise);
    });

describe('a handler that says what it publishes', () => {
  it('publishes that, and nothing else', async () => {
    const heard: string[] = [];
    const hear = on(Event)
      .inline()
      .listen(({ type }) => void heard.push(type));
    let next: Event = new Placed(one);
    await using bus = await startBus({
      name: 'shop',
      contracts,
      items: [places(async (anywise) => anywise.publish(next)), notifies, hear],
    });
    await bus.send(new Place(one));
    next = new Paid(one);
    await bus.send(new Place(one));
    next = new Lost(one);
    await expect(bus.send(new Place(one))).rejects.toMatchObject({ code: 'UNDECLARED_EVENT', retryable: false });
    await expect(bus.send(new Place(one))).rejects.toThrowErrorMatchingInlineSnapshot(
      `"\`shop.lost\` was published by registry \`shop\`, \`place\`, which says that it publishes only \`shop.placed\`, \`shop.paid\`. Add it to \`.publishes(…)\`."`,
    );
    expect(heard).toEqual(['shop.placed', 'shop.paid']);
  });

  it('speaks for its own code only: not for what it sends, nor for its guards', async () => {
    const guard = on(Place)
      .inject({ anywise: Anywise })
      .guard(async (_command, _context, next, { anywise }) => {
        await anywise.publish(new Lost(one));
        await next();
        await anywise.publish(new Lost(one));
      });
    const handler = places(async (anywise) => anywise.send(new Notify(one)));
    await using bus = await startBus({
      name: 'shop',
      contracts,
      store: memoryStore(),
      items: [handler, notifies, guard],
    });
    await expect(bus.send(new Place(one))).resolves.toBeUndefined();
  });

  it('is shown with it', () => {
    const registries = [
      new MessageRegistry('shop').register(
        places(async () => undefined),
        notifies,
      ),
    ];
    const bus = new Anywise({ name: 'shop', contracts, registries });
    expect(bus.inspect.handler(Place)).toMatchObject({
      place: 'registry `shop`, `place`',
      publishes: ['shop.paid', 'shop.placed'],
    });
    expect(bus.inspect.handler(Notify)).not.toHaveProperty('publishes');
  });
});

describe('a listener that says what it publishes', () => {
  const wrongly = async (publish: (anywise: Anywise) => Promise<unknown>, isBatch: boolean) => {
    const run = async (_events: unknown, _context: unknown, { anywise }: { readonly anywise: Anywise }) => {
      await publish(anywise);
    };
    const builder = on(Placed).named('reacts').publishes(Paid).inject({ anywise: Anywise });
    const store = memoryStore();
    const items = [isBatch ? builder.batch().listen(run) : builder.listen(run)];
    const bus = await startBus({ name: 'depot', contracts, store, items });
    await bus.publish(new Placed(one));
    return { bus, store };
  };

  it.each([
    ['alone', false],
    ['in batches', true],
  ])('gives the event up at once if it publishes another, %s', async (_how, isBatch) => {
    const { bus, store } = await wrongly(async (anywise) => anywise.publish(new Lost(one)), isBatch);
    await using _running = bus;
    await eventually(async () => {
      const [letter] = await store.deadLetters.list({}, { limit: 1 });
      expect(letter).toMatchObject({ attempts: 1, error: expect.stringContaining('publishes only `shop.paid`') });
    });
  });

  it('does not speak for other listeners of the event', async () => {
    const heard: string[] = [];
    const hear = on(Lost).listen(({ id }) => void heard.push(id));
    const others = on(Placed)
      .named('others')
      .inject({ anywise: Anywise })
      .listen(async (_event, _context, { anywise }) => anywise.publish(new Lost(one)));
    const reacts = on(Placed)
      .named('reacts')
      .publishes()
      .inject({ anywise: Anywise })
      .listen(async () => undefined);
    await using bus = await startBus({ name: 'depot', contracts, items: [reacts, others, hear] });
    await bus.publish(new Placed(one));
    expect(heard).toEqual(['a']);
    expect(bus.inspect.listeners(Placed).map(({ publishes }) => publishes)).toEqual([[], undefined]);
  });
});

describe('what is said to be published', () => {
  it('must be events, and not by a query', () => {
    const register = () =>
      new MessageRegistry('shop').register(
        on(Place)
          .publishes(Notify as never)
          .handle(async function place() {
            return undefined;
          }),
        on(Count)
          .publishes(Placed)
          .handle(async function count() {
            return undefined;
          }),
      );
    expect(register).toThrowErrorMatchingInlineSnapshot(`
      "The registry \`shop\` has 2 problems:
        - \`place\`: \`publishes\` is an array, but must be a list of event classes
        - \`count\` says what it publishes, but \`shop.count\` is a query, which publishes nothing"
    `);
  });

  it('must be in the contracts of the bus', () => {
    class Stray extends event('other.stray', { data, entityId }) {}
    const registry = new MessageRegistry('shop').register(
      on(Place)
        .publishes(Stray)
        .handle(async function place() {
          return undefined;
        }),
      notifies,
    );
    expect(new Anywise({ name: 'shop', contracts, registries: [registry] }).verify()).toMatchInlineSnapshot(`
      [
        "\`other.stray\`, used in registry \`shop\`, \`place\`, is not in any of the given contracts; add its contract to \`contracts\`",
      ]
    `);
  });
});
