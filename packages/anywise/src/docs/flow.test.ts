import { expect, it } from '@jest/globals';
import { route } from '../express/route.js';
import {
  declaringBus,
  depot,
  depotBus,
  GetOrder,
  listingBus,
  PlaceOrder,
  shop,
  shopBus,
} from '../test-support/documented-shop.js';
import { flow, flowOf } from './flow.js';
import { mermaidContainers, mermaidFlow } from './mermaid.js';
import { allMade } from './made.js';
import type { ServiceFacts } from './service-facts.js';

const contracts = [shop, depot];
const routes = [route('post', '/orders', PlaceOrder), route('get', '/orders/:orderId', GetOrder)];
const shopFacts: ServiceFacts = {
  description: shopBus.describe(),
  contracts,
  routes,
  made: [
    { type: 'shop.order-placed', deed: 'publishes' },
    { type: 'shop.order-placed', deed: 'publishes' },
    { type: 'shop.cancel-order', deed: 'enqueues' },
  ],
};
const depotFacts: ServiceFacts = {
  description: depotBus.describe(),
  contracts,
  made: [{ type: 'depot.shipped', deed: 'publishes' }],
};
const whole = flow([shopFacts, depotFacts]);

it('draws who sends what to whom, once, without queries that only callers ask', () => {
  expect(mermaidFlow(whole)).toMatchInlineSnapshot(`
    "flowchart LR
      n_depot[["depot"]]
      n_shop[["shop"]]
      n_depot_shipped(["depot.shipped"])
      n_shop_cancel_order["shop.cancel-order"]
      n_shop_order_placed(["shop.order-placed"])
      n_shop_place_order["shop.place-order"]
      http{{HTTP}}
      n_depot -. publishes .-> n_depot_shipped
      n_depot_shipped -. listens .-> n_shop
      n_shop -- enqueues --> n_shop_cancel_order
      n_shop_cancel_order --> n_shop
      n_shop_order_placed -. listens .-> n_depot
      n_shop -. publishes .-> n_shop_order_placed
      n_shop_place_order --> n_shop
      http -- "POST /orders" --> n_shop_place_order"
  `);
});

it('draws a query that one service asks another', () => {
  const asking = { ...depotFacts, made: [{ type: 'shop.get-order', deed: 'sends' as const }] };
  const edges = flow([shopFacts, asking]).edges.filter(({ type }) => type === 'shop.get-order');
  expect(edges.map(({ service, how }) => `${service} ${how}`)).toEqual(['depot sends', 'shop handles', 'shop http']);
});

it('draws the events that handlers say they publish, where their code does not show it', () => {
  const declaring = { description: declaringBus.describe(), contracts };
  const ofPlaced = (facts: ServiceFacts) => flow([facts]).edges.filter(({ how }) => how === 'publishes');
  expect(ofPlaced(declaring)).toEqual([
    { type: 'shop.order-placed', kind: 'event', service: 'desk', how: 'publishes' },
  ]);
  const seen = { type: 'shop.order-placed', deed: 'publishes' as const, place: 'src/desk.ts:1' };
  expect(allMade({ ...declaring, made: [seen] })).toEqual([seen]);
});

it('draws which events are taken into read models, within their service', () => {
  const { edges } = flow([{ description: listingBus.describe(), contracts }]);
  expect(edges).toEqual([
    { type: 'shop.order-placed', kind: 'event', service: 'desk', how: 'projects', label: 'desk.orders' },
  ]);
  expect(mermaidFlow({ services: ['desk'], edges })).toContain('n_shop_order_placed -. projects .-> n_desk');
  expect(mermaidContainers({ services: ['desk'], edges }, 'shop')).not.toContain('Rel(');
});

it('draws the part of one service', () => {
  const { services, edges } = flowOf(whole, 'depot');
  expect(services).toEqual(['depot', 'shop']);
  expect(new Set(edges.map(({ type }) => type))).toEqual(new Set(['depot.shipped', 'shop.order-placed']));
});

it('draws services as containers', () => {
  expect(mermaidContainers(whole, 'the "shop"')).toMatchInlineSnapshot(`
    "C4Container
      Person(caller, "Caller")
      System_Boundary(system, "the #quot;shop#quot;") {
        Container(n_depot, "depot", "service")
        Container(n_shop, "shop", "service")
      }
      Rel(caller, n_shop, "calls", "HTTP")
      Rel(n_depot, n_shop, "depot.shipped", "event")
      Rel(n_shop, n_depot, "shop.order-placed", "event")"
  `);
});

it('leaves out what no contract has', () => {
  const strange = { ...depotFacts, made: [{ type: 'nowhere.nothing', deed: 'publishes' as const }] };
  expect(flow([strange]).edges.filter(({ type }) => type === 'nowhere.nothing')).toEqual([]);
});
