import { describe, expect, it } from '@jest/globals';
import { usesIn } from './uses.js';

const messages: Readonly<Record<string, { readonly type: string; readonly kind: string }>> = {
  OrderPlaced: { type: 'orders.order-placed', kind: 'event' },
  PlaceOrder: { type: 'orders.place-order', kind: 'command' },
};
const imports = `import { OrderPlaced, PlaceOrder as Place, type Order } from '@acme/contracts';\nimport * as all from '@acme/contracts';\n`;

const uses = (code: string) =>
  usesIn(imports + code, (module, name) => (module === '@acme/contracts' ? messages[name] : undefined)).map(
    ({ type, deed, line }) => `${type.slice('orders.'.length)} ${deed} ${line - 2}`,
  );

describe('the use of a message', () => {
  it.each([
    ['await anywise.publish(new OrderPlaced({ id }));', 'order-placed publishes 1'],
    ['await publish(OrderPlaced.parse(data));', 'order-placed publishes 1'],
    ['await anywise.publish(\n  new all.OrderPlaced({ id }));', 'order-placed publishes 2'],
    ['await Promise.all(ids.map((id) => anywise.publish(new OrderPlaced({ id }))));', 'order-placed publishes 1'],
    ['await anywise.enqueue(new Place({ id }), { delayMs: 5 });', 'place-order enqueues 1'],
    ['return bus.send(new Place({ id }));', 'place-order sends 1'],
    ['const tried = await bus.trySend(new Place({ id }));', 'place-order sends 1'],
    ['bus.collect({ events: [new OrderPlaced({ id })] });', 'order-placed publishes 1'],
    ['const event = new OrderPlaced({ id }); await anywise.publish(event);', 'order-placed publishes 1'],
    ['const command = new Place({ id }); await anywise.send(command);', 'place-order makes 1'],
    ['export const placeOrder = on(Place).handle(async () => undefined);', 'place-order handles 1'],
    ['class Orders { @handles(Place) place() {} }', 'place-order handles 1'],
    ['methods(Orders, { place: Place });', 'place-order handles 1'],
    ["export const placeRoute = route('post', '/orders', Place);", 'place-order wires 1'],
    ['export const guard = on(Place, all.PlaceOrder).before(() => undefined);', 'place-order wires 1'],
    ['const one = on(OrderPlaced).inject({ a: A }).named("x").listen(() => undefined);', 'order-placed handles 1'],
    ['registry.register(on(Place).handle(run), on(OrderPlaced).guardWith(Audit));', 'place-order handles 1'],
    ['if (message instanceof OrderPlaced) done();', 'order-placed wires 1'],
    ['const name = OrderPlaced.type;', 'order-placed wires 1'],
    [
      'const kinds = [OrderPlaced]; for (const Kind of kinds) await publish(new Kind({ id }));',
      'order-placed passes 1',
    ],
  ])('%s', (code, expected) => {
    expect(uses(code)[0]).toBe(expected);
  });

  it.each([
    ['as a base class', 'class PlaceNow extends Place {}'],
    ['in a type', 'function f(event: OrderPlaced): Place { return x as Place; }'],
    ['in a comment', '// await publish(new OrderPlaced({}))'],
    ['in a text', 'const text = "new OrderPlaced()";'],
    ['as the name of a field', 'const row = { OrderPlaced: 1 }; row.OrderPlaced;'],
    ['of another module', "import { OrderPlaced as Other } from 'elsewhere'; publish(new Other());"],
  ])('is none %s', (_where, code) => {
    expect(uses(code)).toEqual([]);
  });
});
