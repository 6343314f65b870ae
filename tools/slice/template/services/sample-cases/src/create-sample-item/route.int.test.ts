import type { SampleItem } from '@anywise/contracts/sample-cases';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../app.js';

it('creates, completes and shows it', async () => {
  await using sampleCases = await startTestService(app);
  const created = await sampleCases.request.post('/sample-cases/sample-item').send({ title: 'Tea' });
  const { sampleItemId } = created.body as SampleItem;
  const path = `/sample-cases/sample-item/${sampleItemId}`;
  expect([created.status, created.headers.location]).toEqual([201, path]);
  expect(created.body).toEqual({ sampleItemId, title: 'Tea', isCompleted: false });

  const completed = await sampleCases.request.post(`${path}/complete`).send({});
  expect([completed.status, completed.body]).toEqual([200, { sampleItemId, title: 'Tea', isCompleted: true }]);
  const shown = await sampleCases.request.get(path);
  expect([shown.status, shown.body]).toEqual([200, completed.body]);
});

it('finds nothing where there is nothing', async () => {
  await using sampleCases = await startTestService(app);
  expect((await sampleCases.request.get('/sample-cases/sample-item/none')).status).toBe(404);
  expect((await sampleCases.request.post('/sample-cases/sample-item/none/complete').send({})).status).toBe(404);
});
