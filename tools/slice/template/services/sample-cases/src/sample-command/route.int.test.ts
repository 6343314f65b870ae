import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../app.js';

it('answers with when it was done', async () => {
  await using sampleCases = await startTestService(app);
  const response = await sampleCases.request.post('/sample-cases/1/sample-command');
  expect(response.status).toBe(201);
  expect(response.body).toEqual({ id: '1', doneAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) });
});
