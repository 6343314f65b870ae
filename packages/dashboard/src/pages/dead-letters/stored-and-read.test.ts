import { expect, it } from '@jest/globals';
import type { Envelope } from 'anywise';
import { eventually, testEntry, testEnvelope } from 'anywise/testing';
import { openDashboard, type Opened } from '../../test-support/dashboard.js';
import type { DashboardOptions } from '../../index.js';

/** A dashboard, and the page of a dead letter that came with this data in this version. */
async function letterPage(options: DashboardOptions, data: unknown, schemaversion: number) {
  const opened = await openDashboard(options);
  opened.shop.poison.add('o-1');
  const envelope: Envelope = {
    ...testEnvelope({ id: 'm-1', type: 'payments.payment-created', subject: 'o-1' }),
    schemaversion,
    data,
  };
  const listener = 'orders/on-payment-created';
  const json = JSON.stringify(envelope);
  await opened.store.inbox.add([testEntry({ id: 'm-1', listener, type: envelope.type, key: 'o-1', json })]);
  await eventually(async () => expect(await opened.store.deadLetters.count({})).toBe(1));
  return { opened, page: await pageOf(opened) };
}

async function pageOf(opened: Opened): Promise<string> {
  return opened.read(`/dead-letters/letter?${await opened.firstLetter()}`);
}

const label = 'What is stored, and what a listener would get of it now';

it('shows what is stored of an old version beside what the current code makes of it', async () => {
  const { opened, page } = await letterPage({}, { orderId: 'o-1', amount: 5 }, 1);
  await using _ = opened;
  expect(page).toContain('It came in version 1, and is upcast to 2 before it is handled.');
  expect(page).toContain(label);
  expect(page).toMatch(new RegExp(`${label}.*"currency": "EUR"`));
  const [stored = ''] = page.split(label);
  expect(stored).not.toContain('"currency"');
});

it('shows one where the two are equal', async () => {
  const { opened, page } = await letterPage({}, { orderId: 'o-1', amount: 5, currency: 'USD' }, 2);
  await using _ = opened;
  expect(page).toContain('"currency": "USD"');
  expect(page).not.toContain(label);
});

it('says that a replay would fail where the current code cannot read it', async () => {
  const { opened, page } = await letterPage({}, { orderId: 'o-1', amount: -5, currency: 'USD' }, 2);
  await using _ = opened;
  expect(page).toContain('A replay would fail: the code that runs here cannot read it.');
});

it('keeps back what is hidden or redacted', async () => {
  const data = { orderId: 'o-1', amount: 5 };
  const hidden = await letterPage({ showData: false }, data, 1);
  await using _ = hidden.opened;
  expect(hidden.page).not.toContain('"amount"');
  expect(hidden.page).not.toContain(label);
  const redact = (_type: string, whole: unknown): unknown => ({ ...(whole as object), amount: 'withheld' });
  const redacted = await letterPage({ redact }, data, 1);
  await using __ = redacted.opened;
  expect(redacted.page).toMatch(new RegExp(`${label}.*"withheld".*"EUR"`));
  expect(redacted.page).not.toContain('"amount": 5');
});
