import { SampleThingCreated, type SampleThing } from '@anywise/contracts/sample-things';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { MessageRegistry, on } from 'anywise';
import { eventually } from 'anywise/testing';
import { app } from '../app.js';

it('answers with what it created and where it is', async () => {
  await using sampleThings = await startTestService(app);
  const response = await sampleThings.request.post('/sample-things').send({ orderId: 'o-1' });
  const { sampleThingId } = response.body as SampleThing;
  expect(response.status).toBe(201);
  expect(response.headers.location).toBe(`/sample-things/${sampleThingId}`);
  expect(response.body).toEqual({
    sampleThingId: expect.stringMatching(/^[\da-f-]{36}$/),
    orderId: 'o-1',
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
});

it('tells the other services', async () => {
  await using sampleThings = await startTestService(app);
  const heard: SampleThingCreated[] = [];
  const ear = on(SampleThingCreated).listen((event) => void heard.push(event));
  await sampleThings.join(new MessageRegistry('ear').register(ear));
  const response = await sampleThings.request.post('/sample-things').send({ orderId: 'o-1' });
  const { sampleThingId } = response.body as SampleThing;
  await eventually(() => expect(heard).toEqual([new SampleThingCreated({ sampleThingId, orderId: 'o-1' })]));
});

it('creates once for one key, and refuses the key for another body', async () => {
  await using sampleThings = await startTestService(app);
  const create = (body: object) => sampleThings.request.post('/sample-things').set('idempotency-key', 'k-1').send(body);
  const first = await create({ orderId: 'o-1' });
  const again = await create({ orderId: 'o-1' });
  const other = await create({ orderId: 'o-2' });
  expect(again.body).toEqual(first.body);
  expect([first.status, again.status, other.status]).toEqual([201, 201, 409]);
});

it.each<[kind: string, body: object]>([
  ['nothing', {}],
  ['an empty order id', { orderId: '' }],
  ['an order id that is too long', { orderId: 'x'.repeat(101) }],
  ['a number for an order id', { orderId: 1 }],
])('refuses %s, and names what is wrong', async (_kind, body) => {
  await using sampleThings = await startTestService(app);
  const response = await sampleThings.request.post('/sample-things').send(body);
  expect(response.status).toBe(400);
  expect(response.headers['content-type']).toMatch('application/problem+json');
  expect(response.body).toMatchObject({ errors: [{ field: 'orderId' }] });
});
