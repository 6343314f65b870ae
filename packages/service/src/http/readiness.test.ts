import { expect, it } from '@jest/globals';
import { createReadiness } from './readiness.js';

const bus = { check: async () => ['the store cannot be used'] };

it('is not ready while it starts, and says what it waits for', async () => {
  const readiness = createReadiness(bus);
  await expect(readiness.check()).resolves.toEqual(['the service is starting']);
  readiness.waitFor('the store cannot be reached');
  await expect(readiness.check()).resolves.toEqual(['the store cannot be reached']);
});

it('is as ready as its bus once it has started', async () => {
  const readiness = createReadiness(bus);
  readiness.open();
  await expect(readiness.check()).resolves.toEqual(['the store cannot be used']);
  expect(readiness.isStopping).toBe(false);
});

it('is never ready again once it stops, even if its start ends afterwards', async () => {
  const readiness = createReadiness({ check: async () => [] });
  readiness.stop();
  readiness.open();
  readiness.waitFor('the store cannot be reached');
  await expect(readiness.check()).resolves.toEqual(['the service is stopping']);
  expect(readiness.isStopping).toBe(true);
});

it('says what its bus says of its end', async () => {
  const readiness = createReadiness({ check: async () => ['the bus is stopped'] });
  readiness.stop();
  await expect(readiness.check()).resolves.toEqual(['the bus is stopped']);
});

it('says of whom its bus says that they are saturated', () => {
  expect(createReadiness({ ...bus, saturated: () => ['hangs'] }).saturated?.()).toEqual(['hangs']);
  expect(createReadiness(bus).saturated?.()).toEqual([]);
});
