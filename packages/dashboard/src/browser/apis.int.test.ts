import { afterAll, describe, expect, it } from '@jest/globals';
import { command, query } from 'anywise';
import { openapi } from 'anywise/docs';
import { route } from 'anywise/express';
import { z } from 'zod';
import { showApis } from '../apis/apis.js';
import { closeBrowser, inBrowser, openPage } from '../test-support/browser.js';
import { openDashboard } from '../test-support/dashboard.js';

afterAll(closeBrowser);

class AddNote extends command('notes.add-note', {
  summary: 'Adds a note <b>at once</b>.',
  data: z.object({ text: z.string().min(1), tags: z.array(z.enum(['red', 'blue'])) }),
  reply: z.object({ noteId: z.string() }),
}) {}
class GetNote extends query('notes.get-note', {
  summary: 'One note.',
  data: z.object({ noteId: z.string() }),
  reply: z.object({ noteId: z.string(), text: z.string() }),
}) {}

const documented = (title: string, servers: readonly string[] = ['/']) =>
  openapi([route('post', '/notes', AddNote), route('get', '/notes/:noteId', GetNote)], {
    title,
    version: '1.2.0',
    description: 'Keeps notes.',
    servers,
  });
const documents = () => [documented('notes'), documented('elsewhere', ['https://notes.example'])];

describe('the APIs of services', () => {
  it('are listed with their documents', async () => {
    await using opened = await openDashboard({ openapi: async () => documents() });
    const page = await opened.read('/apis');
    expect(page).toMatch(/elsewhere 1\.2\.0 2 Keeps notes\. OpenAPI of elsewhere notes 1\.2\.0 2/);
    const { status, headers, text } = await opened.server.ask('/apis/document?title=notes');
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(JSON.parse(text)).toEqual(documented('notes'));
  });

  it('are answered with 404 where there are none of that title', async () => {
    await using opened = await openDashboard({ openapi: documents });
    const ask = async (path: string) => {
      const { status, text } = await opened.server.ask(path);
      return [status, text];
    };
    expect(await ask('/apis/reader?title=tasks')).toEqual([404, 'There is no API `tasks` here.\n']);
    expect(await ask('/apis/document')).toEqual([404, 'The address names no API.\n']);
  });

  it('are not in the navigation where there are none, and say how to get some', async () => {
    await using opened = await openDashboard();
    expect((await opened.server.ask('/')).text).not.toContain('/apis');
    expect(await opened.read('/apis')).toContain('by its option `openapi`');
    await using idle = await openDashboard({ openapi: () => [] });
    expect(await idle.read('/apis')).toContain('perhaps no service runs');
  });

  it('are for those who may look', async () => {
    await using opened = await openDashboard({ openapi: documents, authorize: () => undefined });
    for (const path of ['/apis', '/apis/document?title=notes', '/apis/reader?title=notes']) {
      expect((await opened.server.ask(path)).status).toBe(403);
    }
  });

  it('are listed where Swagger UI is not installed', async () => {
    const apis = showApis(documents, undefined);
    expect(apis.hasReader).toBe(false);
    expect((await apis.list()).map(({ title, routes }) => [title, routes])).toEqual([
      ['elsewhere', 2],
      ['notes', 2],
    ]);
  });
});

describe('Swagger UI', () => {
  inBrowser('shows an API within the CSP, and runs nothing of what a document carries', async () => {
    await using opened = await openDashboard({ openapi: documents });
    await using tab = await openPage(opened.server.url);
    const { page } = tab;
    await page.goto(`${opened.server.url}/apis`);
    await page.getByRole('link', { name: 'notes', exact: true }).click();
    await page.getByText('Adds a note <b>at once</b>.').first().waitFor();
    await page.locator('.opblock-summary-control').first().click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByRole('button', { name: 'Execute' }).click();
    // The dashboard is this server here, and says that it does not know the path.
    await page.getByText('There is no page at').first().waitFor();
    tab.forget();
  });

  inBrowser('sends nothing to another server', async () => {
    await using opened = await openDashboard({ openapi: documents });
    await using tab = await openPage(opened.server.url, { colorScheme: 'dark' });
    const { page } = tab;
    await page.goto(`${opened.server.url}/apis/reader?title=elsewhere`);
    await page.locator('.opblock-summary-control').first().click();
    await page.getByText('Responses').first().waitFor();
    expect(await page.getByRole('button', { name: 'Try it out' }).count()).toBe(0);
    await page.getByRole('link', { name: 'All APIs' }).click();
    await page.getByRole('heading', { name: 'APIs' }).waitFor();
  });
});
