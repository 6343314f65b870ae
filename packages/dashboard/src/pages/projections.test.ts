import { describe, expect, it } from '@jest/globals';
import { openDashboard } from '../test-support/dashboard.js';
import { keepFault, keepReadModel } from '../test-support/kept.js';

describe('projections', () => {
  it('are listed with how far they are and why one is stuck', async () => {
    await using opened = await openDashboard();
    expect(await opened.read('/projections')).toContain('No service has read models.');
    await keepReadModel(opened.store);
    const page = await opened.read('/projections');
    expect(page).toContain('1 read model at an event that cannot be taken in');
    expect(page).toMatch(/orders\.list 2 1 building 0 0 0 for \d+ \w+: The event has no `total`\./);
  });

  it('show what they could not take in, and retry it or leave it out, on the record', async () => {
    await using opened = await openDashboard();
    await keepReadModel(opened.store);
    await keepFault(opened.store);
    const page = await opened.read('/projections');
    expect(page).toMatch(/orders\.list 2 1 building 0 2 0/);
    expect(page).toMatch(
      /parked orders\.order-placed 1 orders\.order\/o-1 orders\.list@2 .* The event has no `total`\./,
    );
    const fields = { service: 'orders', name: 'orders.list', version: '2', stream: 'orders.order/o-1' };
    const press = (more: object) => opened.server.ask('/projections', { form: { ...fields, ...more } });
    expect((await press({ action: 'retry' })).text).toContain('1 event is retried');
    expect(await opened.read('/projections')).toMatch(/due orders\.order-placed 1/);
    expect((await press({ action: 'skip' })).text).toContain('Leave this event out?');
    expect((await press({ action: 'skip', sure: 'yes' })).text).toContain('1 event is left out');
    expect((await press({ action: 'skip', sure: 'yes' })).text).toContain('Nothing has changed');
    expect((await press({ action: 'skip', version: 'x' })).status).toBe(400);
    expect((await press({ action: 'lose' })).status).toBe(400);
    expect(await opened.read('/actions')).toMatch(/projections skip 1 .*projections retry 1/);
  });

  it('are changed by nobody who may only look', async () => {
    await using opened = await openDashboard({ readOnly: true });
    await keepReadModel(opened.store);
    await keepFault(opened.store);
    expect(await opened.read('/projections')).not.toContain('Retry');
    const fields = { service: 'orders', name: 'orders.list', version: '2', stream: 'orders.order/o-1' };
    const { status } = await opened.server.ask('/projections', { form: { ...fields, action: 'retry' } });
    expect(status).toBe(403);
  });
});
