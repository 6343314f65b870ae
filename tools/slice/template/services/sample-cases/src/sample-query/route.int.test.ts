import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../app.js';

it('gives what was asked for', async () => {
  await using sampleCases = await startTestService(app);
  const response = await sampleCases.request.get('/sample-cases/1/sample-query');
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ id: '1' });
});
