import { describe, expect, it } from '@jest/globals';
import { memoryStore } from '../../memory/store.js';
import { memoryBroker } from '../../memory/transport.js';
import { Anywise } from './anywise.js';

describe('a store', () => {
  it.each([
    ['without a transport', [undefined, undefined]],
    ['with one transport', [memoryBroker(), undefined]],
    ['with a transport each', [memoryBroker(), memoryBroker()]],
  ])('is refused to a second service, %s', async (_how, [first, second = first]) => {
    const store = memoryStore();
    const busOf = (name: string, broker = first): Anywise =>
      new Anywise({ name, store, ...(broker === undefined ? {} : { transport: broker.connect() }) });
    const orders = busOf('orders');
    await orders.start();
    await expect(busOf('payments', second).start()).rejects.toMatchObject({
      code: 'STORE_TAKEN',
      message:
        'The store belongs to the service `orders`, so `payments` cannot use it. Give each service a file or a schema of its own. If the service was renamed, change `service` in the table `anywise_owner`.',
    });
    const again = busOf('orders');
    await again.start();
    await Promise.all([orders.stop(), again.stop()]);
  });
});
