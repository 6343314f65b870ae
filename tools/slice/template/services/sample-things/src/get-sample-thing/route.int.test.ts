import type { SampleThing } from '@anywise/contracts/sample-things';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../app.js';

it('gives what was created', async () => {
  await using sampleThings = await startTestService(app);
  const created = await sampleThings.request.post('/sample-things').send({ orderId: 'o-1' });
  const { sampleThingId } = created.body as SampleThing;
  const response = await sampleThings.request.get(`/sample-things/${sampleThingId}`);
  expect(response.status).toBe(200);
  expect(response.body).toEqual(created.body);
});

it.each(['nothing', '%20', `'; DROP TABLE sample_thing; --`, 'x'.repeat(1000)])(
  'knows nothing called `%s`',
  async (sampleThingId) => {
    await using sampleThings = await startTestService(app);
    const response = await sampleThings.request.get(`/sample-things/${sampleThingId}`);
    expect(response.status).toBe(404);
    expect(response.headers['content-type']).toMatch('application/problem+json');
  },
);
