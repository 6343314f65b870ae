import { describe, expect, it } from '@jest/globals';
import { openDashboard } from '../test-support/dashboard.js';
import { keepSaga } from '../test-support/kept.js';

const one = `/sagas?${new URLSearchParams({ service: 'orders', name: 'orders.fulfilment', key: 'o-1' })}`;

describe('sagas', () => {
  it('are listed by what changed last, with what they wait for', async () => {
    await using opened = await openDashboard();
    expect(await opened.read('/sagas')).toContain('No saga is here.');
    await keepSaga(opened.store, 'o-1');
    await keepSaga(opened.store, 'o-2', 'ended');
    const all = await opened.read('/sagas');
    expect(all).toContain('1 saga not ended.');
    expect(all).toMatch(/o-2 orders\.fulfilment ended no time .* o-1|o-1 .* o-2/);
    expect(all).toMatch(/o-1 orders\.fulfilment running pay-by in (?:9|10) min/);
    const running = await opened.read('/sagas?status=running');
    expect(running).toContain('o-1');
    expect(running).not.toContain('o-2');
    expect((await opened.server.ask('/sagas?status=lost')).status).toBe(400);
  });

  it('show their state, and each step with what it caused', async () => {
    await using opened = await openDashboard();
    await keepSaga(opened.store, 'o-1');
    const page = await opened.read(one);
    expect(page).toContain('"paid": false');
    expect(page).toContain('orders.order-placed started payments.request-payment, pay-by');
    expect((await opened.server.ask(one)).text).toContain('/conversations?id=m-1');
    expect((await opened.server.ask(one.replace('o-1', 'o-2'))).status).toBe(404);
  });

  it('keep their state to themselves where the dashboard shows no data, or not all of it', async () => {
    await using hidden = await openDashboard({ showData: false });
    await keepSaga(hidden.store, 'o-1');
    expect(await hidden.read(one)).not.toContain('"paid"');
    expect(await hidden.read(one)).toContain('Not shown here.');
    await using redacted = await openDashboard({
      redact: (type, data) => (type === 'orders.fulfilment' ? { ...(Object(data) as object), orderId: '…' } : data),
    });
    await keepSaga(redacted.store, 'o-1');
    expect(await redacted.read(one)).toContain('"orderId": "…"');
  });
});
