import { OrderPlaced } from '@anywise/contracts/orders';
import { SampleThingCreated } from '@anywise/contracts/sample-things';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { MessageRegistry, on } from 'anywise';
import { eventually } from 'anywise/testing';
import { app } from '../app.js';

it('creates one sample thing for each order, and tells of it', async () => {
  await using sampleThings = await startTestService(app);
  const heard: SampleThingCreated[] = [];
  const ear = on(SampleThingCreated).listen((event) => void heard.push(event));
  const orders = await sampleThings.join(new MessageRegistry('ear').register(ear));
  for (const orderId of ['o-1', 'o-2']) {
    await orders.publish(new OrderPlaced({ orderId, customerId: 'c-1', amount: 1250, currency: 'EUR' }));
  }
  await eventually(() => expect(heard.map(({ orderId }) => orderId).sort()).toEqual(['o-1', 'o-2']));
  for (const { sampleThingId, orderId } of heard) {
    const response = await sampleThings.request.get(`/sample-things/${sampleThingId}`);
    expect(response.body).toMatchObject({ sampleThingId, orderId });
  }
});
