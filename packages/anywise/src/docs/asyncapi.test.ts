import { describe, expect, it } from '@jest/globals';
import { declaringBus, depot, depotBus, shop, shopBus } from '../test-support/documented-shop.js';
import { asyncapi } from './asyncapi.js';

interface Parsed {
  readonly channels: Readonly<Record<string, { readonly address: string | null }>>;
  readonly operations: Readonly<Record<string, { readonly action: string; readonly reply?: object }>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly schemas: Readonly<Record<string, object>>;
  };
}

const documentOf = (bus: typeof shopBus, sends: readonly string[] = []) =>
  asyncapi(bus.describe(), [shop, depot], { version: '1.0.0', sends }) as unknown as Parsed;

describe('the AsyncAPI document', () => {
  it('has what a service receives and sends', () => {
    expect(Object.keys(documentOf(shopBus).operations)).toEqual([
      'receiveDepotShipped',
      'receiveShopCancelOrder',
      'receiveShopGetOrder',
      'sendShopOrderPlaced',
      'receiveShopPlaceOrder',
    ]);
    expect(Object.keys(documentOf(depotBus).operations)).toEqual(['sendDepotShipped', 'receiveShopOrderPlaced']);
  });

  it('has the commands of others that its code sends', () => {
    const { operations } = documentOf(depotBus, ['shop.cancel-order']);
    expect(operations.sendShopCancelOrder).toMatchObject({ action: 'send' });
  });

  it('has the events of others that its handlers say they publish', () => {
    const { operations } = documentOf(declaringBus);
    expect(operations.sendShopOrderPlaced).toMatchObject({ action: 'send' });
  });

  it('names channels by wire name, and shows the envelope with its data', () => {
    const { channels, components } = documentOf(shopBus);
    expect(channels.ShopOrderPlaced?.address).toBe('shop.order-placed');
    expect(components.messages.ShopOrderPlaced).toMatchObject({
      name: 'shop.order-placed',
      title: 'OrderPlaced',
      summary: 'An order was placed.',
      payload: {
        allOf: [
          { $ref: '#/components/schemas/CloudEvent' },
          {
            properties: {
              kind: { const: 'event' },
              type: { const: 'shop.order-placed' },
              schemaversion: { const: 2 },
              data: { $ref: '#/components/schemas/ShopOrderPlaced' },
            },
          },
        ],
      },
      examples: [{ payload: { type: 'shop.order-placed', data: { orderId: 'orderId', note: 'none' } } }],
      'x-eventcatalog-message-type': 'event',
      'x-eventcatalog-message-version': '2',
    });
  });

  it('says what is written of what it sends, and what is read of what it receives', () => {
    const sent = documentOf(shopBus).components.schemas.ShopOrderPlaced;
    expect(sent).toMatchObject({ required: ['orderId', 'note'] });
    expect(documentOf(depotBus).components.schemas.ShopOrderPlaced).toMatchObject({ required: ['orderId'] });
  });

  it('closes only what refuses unknown fields', () => {
    const { schemas } = documentOf(depotBus).components;
    expect(schemas.ShopOrderPlaced).not.toHaveProperty('additionalProperties');
    expect(schemas.DepotShipped).toMatchObject({ additionalProperties: false });
    expect(documentOf(shopBus).components.schemas.ShopOrderPlaced).not.toHaveProperty('additionalProperties');
  });

  it('has replies and domain errors', () => {
    const { operations, channels, components } = documentOf(shopBus);
    expect(operations.receiveShopPlaceOrder?.reply).toEqual({
      channel: { $ref: '#/channels/ShopPlaceOrderReply' },
      messages: [
        { $ref: '#/channels/ShopPlaceOrderReply/messages/ShopPlaceOrderReply' },
        { $ref: '#/channels/ShopPlaceOrderReply/messages/ShopDeclined' },
      ],
    });
    expect(channels.ShopPlaceOrderReply?.address).toBeNull();
    expect(components.schemas.ShopDeclined).toMatchObject({ properties: { reason: { type: 'string' } } });
    expect(operations.receiveShopCancelOrder).not.toHaveProperty('reply');
  });

  it('has each named schema once', () => {
    const { schemas } = documentOf(shopBus).components;
    expect(schemas.Currency).toEqual({ type: 'string', enum: ['EUR', 'USD'] });
    expect(JSON.stringify(schemas).match(/"USD"/g)).toHaveLength(1);
    expect(JSON.stringify(schemas)).not.toContain('$defs');
  });

  it('is the same each time', () => {
    expect(JSON.stringify(documentOf(shopBus))).toBe(JSON.stringify(documentOf(shopBus)));
  });
});
