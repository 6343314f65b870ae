import { expect, it } from '@jest/globals';
import { memoryStore } from 'anywise';
import express from 'express';
import { dashboard, storeSource } from './index.js';
import { serve } from './test-support/serve.js';

const sources = [storeSource('orders', memoryStore())];

it.each(['/anywise', '/anywise/', '/anywise/?a=b', '/anywise?a=b'])(
  'finds its files and pages from %s in Express',
  async (path) => {
    const app = express();
    app.use('/anywise', dashboard(sources));
    await using server = await serve(app);
    const { status, text } = await server.ask(path);
    expect(status).toBe(200);
    const links = [...text.matchAll(/(?:href|src|action)="([^"#]*)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((link) => !/^\/anywise(?:$|\/[a-z])/.test(link))).toEqual([]);
    const files = links.filter((link) => link.includes('/assets/'));
    for (const file of files) expect((await server.ask(file)).status).toBe(200);
    expect(files.map((file) => file.split('.').at(-1)).sort()).toEqual(['css', 'js', 'js', 'svg', 'svg']);
  },
);

it('works below a router of a router, after a body parser, and alone', async () => {
  const app = express();
  const ops = express.Router();
  ops.use('/bus', express.urlencoded({ extended: true }), dashboard(sources));
  app.use('/ops/:team', ops);
  await using server = await serve(app);
  expect((await server.ask('/ops/red/bus')).text).toContain('href="/ops/red/bus/dead-letters"');
  await using alone = await serve(dashboard(sources));
  expect((await alone.ask('/')).text).toContain('href="/dead-letters"');
});

it('links to where a proxy says it is', async () => {
  await using server = await serve(dashboard(sources, { base: '/tools/anywise' }));
  expect((await server.ask('/')).text).toContain('href="/tools/anywise/dead-letters"');
});

it('tells a page that refreshes itself that nothing is new, at a fraction of what the page costs', async () => {
  await using server = await serve(dashboard(sources));
  const { text } = await server.ask('/waiting');
  const [, sent = ''] = /hx-headers="([^"]*)"/.exec(text) ?? [];
  const headers = JSON.parse(sent.replaceAll('&quot;', '"')) as Record<string, string>;
  expect(await server.ask('/waiting', { headers })).toMatchObject({ status: 204, text: '' });
  const older = Object.fromEntries(Object.keys(headers).map((name) => [name, '1']));
  expect((await server.ask('/waiting', { headers: older })).text).toContain('<h1');
});
