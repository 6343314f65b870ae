import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Anywise, MessageRegistry, on, type Contract, type EventType, type Event } from 'anywise';
import { connectStore, connectTransport } from 'anywise/connect';
import { eventually } from 'anywise/testing';
import { openDatabases } from '../databases/open.js';
import type { Databases } from '../databases/databases.js';
import { importPage } from './import-page.js';

interface Page {
  readonly uploads: Contract;
  readonly UploadRegistered: EventType<Event & { readonly uploadId: string }>;
  readonly handleUpload: (upload: { readonly uploadId: string; readonly file: string }) => Promise<unknown>;
  readonly stay: () => Promise<{ stop(): Promise<void> }>;
}

const page = (await importPage('docs/how-to/serverless.md')) as Page;

/** Where no broker answers. */
const nowhere = 'nats://127.0.0.1:1';

let databases: Databases;

beforeAll(async () => {
  databases = await openDatabases('sqlite');
  process.env.STORE_URL = databases.storeUrl;
});

afterAll(async () => {
  delete process.env.STORE_URL;
  delete process.env.TRANSPORT_URL;
  await databases[Symbol.asyncDispose]();
});

/** Another service, which hears of uploads. */
async function startIndex() {
  const heard: string[] = [];
  const hear = on(page.UploadRegistered).listen(({ uploadId }) => void heard.push(uploadId));
  const anywise = new Anywise({
    name: 'index',
    contracts: [page.uploads],
    registries: [new MessageRegistry('index').register(hear)],
    store: await connectStore(databases.storeUrl, { name: 'index' }),
    transport: await connectTransport(databases.transportUrl),
  });
  await anywise.start();
  return { heard, [Symbol.asyncDispose]: () => anywise.stop() };
}

describe('the page on functions', () => {
  it('has a function send its events before it ends', async () => {
    await using index = await startIndex();
    process.env.TRANSPORT_URL = databases.transportUrl;
    expect(await page.handleUpload({ uploadId: 'u-1', file: 'a.png' })).toEqual({ uploadId: 'u-1' });
    await eventually(() => expect(index.heard).toEqual(['u-1']));
  });

  it('has the process that stays send what a function could not', async () => {
    await using index = await startIndex();
    process.env.TRANSPORT_URL = nowhere;
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    expect(await page.handleUpload({ uploadId: 'u-2', file: 'b.png' })).toEqual({ uploadId: 'u-2' });
    expect(warn.mock.calls.join()).toContain('transport');
    warn.mockRestore();
    expect(index.heard).toEqual([]);
    process.env.TRANSPORT_URL = databases.transportUrl;
    const staying = await page.stay();
    await eventually(() => expect(index.heard).toEqual(['u-2']));
    await staying.stop();
  });
});
