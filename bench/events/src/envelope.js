import { randomUUID } from 'node:crypto';

/**
 * An event of an order, as this library keeps it.
 *
 * @param {string} stream
 */
export function envelope(stream) {
  return {
    specversion: /** @type {const} */ ('1.0'),
    id: randomUUID(),
    source: '/orders',
    type: 'orders.item-added',
    time: new Date().toISOString(),
    datacontenttype: /** @type {const} */ ('application/json'),
    subject: stream,
    kind: /** @type {const} */ ('event'),
    schemaversion: 1,
    correlationid: randomUUID(),
    data: { orderId: stream, sku: 'sku-123456', amount: 1250, currency: 'EUR' },
  };
}
