import { describe, expect, it } from '@jest/globals';
import type { BusDescription } from 'anywise';
import { flowOf } from './graph.js';
import { placed } from './layout.js';

const listener = (name: string) => ({
  name,
  place: '',
  runs: 'afterwards' as const,
  attempts: 1,
  onDead: 'park' as const,
});
const message = (type: string, kind: 'event' | 'command', given: object) => ({
  type,
  kind,
  version: 1,
  slice: type.split('.')[0] ?? '',
  summary: undefined,
  handler: undefined,
  guards: [],
  listeners: [],
  ...given,
});
const nothingElse = { entities: [], projections: [], sagas: [] };
const orders: BusDescription = {
  ...nothingElse,
  name: 'orders',
  heard: [],
  messages: [
    message('payments.payment-created', 'event', { listeners: [listener('orders/on-payment-created')] }),
    message('orders.order-placed', 'event', {}),
    message('orders.cancel-order', 'command', { handler: { place: '' } }),
  ],
};
const payments: BusDescription = {
  ...nothingElse,
  name: 'payments',
  heard: [],
  messages: [message('orders.order-placed', 'event', { listeners: [listener('payments/a'), listener('payments/b')] })],
};

describe('the flow', () => {
  it('goes from the owner of an event to its listeners, and to the handler of a command', () => {
    const { services, edges } = flowOf([orders, payments], []);
    expect(services).toEqual(['orders', 'payments']);
    expect(edges.map(({ service, way, type, listeners }) => [service, way, type, ...listeners].join(' '))).toEqual([
      'orders gets orders.cancel-order orders.cancel-order',
      'payments gets orders.order-placed payments/a payments/b',
      'orders sends orders.order-placed',
      'orders gets payments.payment-created orders/on-payment-created',
      'payments sends payments.payment-created',
    ]);
  });

  it('adds what was seen to what is wired, and tells the two apart', () => {
    const { edges, messages } = flowOf(
      [orders],
      [
        { source: '/shop', type: 'orders.cancel-order', service: 'orders', listener: 'orders.cancel-order' },
        { source: '/old', type: 'old.renamed', service: 'orders', listener: 'orders/gone' },
        { source: '', type: '', service: 'orders', listener: 'orders/gone' },
      ],
    );
    expect(
      edges.filter(({ known }) => known === 'seen').map(({ service, way, type }) => `${service} ${way} ${type}`),
    ).toEqual(['orders gets old.renamed', 'old sends old.renamed', 'shop sends orders.cancel-order']);
    expect(messages.find(({ type }) => type === 'old.renamed')?.kind).toBe('unknown');
  });

  it('has a place for everything, and nothing outside of the picture', () => {
    const picture = placed(flowOf([orders, payments], []));
    expect(picture.nodes).toHaveLength(5);
    expect(picture.lines).toHaveLength(5);
    for (const { points } of picture.lines) {
      for (const { x, y } of points) {
        expect(x >= 0 && x <= picture.width && y >= 0 && y <= picture.height).toBe(true);
      }
    }
    expect(placed({ services: [], messages: [], edges: [] })).toMatchObject({ nodes: [], lines: [] });
  });

  it('of one name for a service and a message keeps them apart', () => {
    const picture = placed(flowOf([], [{ source: '/a', type: 'a', service: 'a', listener: 'a' }]));
    expect(picture.nodes.map(({ kind }) => kind).sort()).toEqual(['message', 'service']);
  });
});
