import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromiumPath, withoutChromium } from '@anywise/test-servers/chromium';
import express from 'express';
import { chromium, type Browser, type Page } from 'playwright-core';
import { workspace } from './pages.js';

const waiting = { timeout: 60_000 };
/** Half a minute, where nothing else runs. */
const buildMs = 900_000;

(chromiumPath === undefined ? describe.skip : describe)(`the site of the documentation${withoutChromium}`, () => {
  let folder: string;
  let server: Server;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'anywise-site-'));
    const site = join(workspace, 'tools/site');
    // A link to a page that is not there fails the build.
    execFileSync('npx', ['vitepress', 'build', '.', '--outDir', folder], { cwd: site, stdio: 'pipe' });
    server = express()
      .use(express.static(folder, { extensions: ['html'] }))
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox', '--disable-gpu'] });
  }, buildMs);

  afterAll(async () => {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a page. Whatever fails in it, or cannot be loaded, is collected. */
  async function open(path: string): Promise<{ readonly tab: Page; readonly failures: readonly string[] }> {
    const tab = await browser.newPage();
    const failures: string[] = [];
    tab.on('pageerror', (error) => failures.push(error.message));
    tab.on('response', (answer) => {
      if (answer.status() >= 400) failures.push(`${answer.status()} ${answer.url()}`);
    });
    await tab.goto(`${url}${path}`, waiting);
    return { tab, failures };
  }

  it('leads from the contents to a page, whose code is coloured', async () => {
    const { tab, failures } = await open('/');
    await tab.locator('.VPSidebar').getByText('Run on NATS', { exact: true }).click(waiting);
    await tab.waitForURL('**/how-to/nats.html', waiting);
    await tab.locator('h1', { hasText: 'NATS' }).waitFor(waiting);
    expect(await tab.locator('.language-ts .line span[style]').count()).toBeGreaterThan(10);
    expect(failures).toEqual([]);
  });

  it('finds a page by a word in it', async () => {
    const { tab, failures } = await open('/errors.html');
    await tab.locator('.VPNavBarSearch button').click(waiting);
    await tab.locator('.search-input').fill('RabbitMQ', waiting);
    await tab.locator('.result', { hasText: 'RabbitMQ' }).first().click(waiting);
    await tab.waitForURL(/rabbitmq/i, waiting);
    expect(failures).toEqual([]);
  });

  it('turns dark, and stays so', async () => {
    const { tab, failures } = await open('/');
    const background = () => tab.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await tab.locator('.VPNavBarAppearance .VPSwitchAppearance').click(waiting);
    await tab.locator('html.dark').waitFor({ ...waiting, state: 'attached' });
    await tab.reload(waiting);
    await tab.locator('html.dark').waitFor({ ...waiting, state: 'attached' });
    expect(await background()).not.toBe(light);
    expect(failures).toEqual([]);
  });
});
