import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { ownWorkspace } from '../own-workspace.js';
import { apiFolder } from './api.js';

const folder = join(ownWorkspace, apiFolder);
const named = (ending: string) => readdirSync(folder).filter((name) => name.endsWith(ending));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('the official parser finds nothing to say about', () => {
  it.each(named('.asyncapi.json'))('%s', async (name) => {
    const { document, diagnostics } = await new Parser().parse(read(name));
    expect(diagnostics.map(({ code, message, path }) => `${code} ${message} ${path.join('.')}`)).toEqual([]);
    expect(document?.version()).toBe('3.1.0');
  });

  it.each(named('.openapi.json'))('%s', async (name) => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: read(name), absoluteRef: join(folder, name), config });
    expect(
      problems.map(({ ruleId, message, location }) => `${ruleId} ${message} ${location[0]?.pointer ?? ''}`),
    ).toEqual([]);
  });
});

it('would find what is wrong', async () => {
  const broken = JSON.stringify({
    ...(JSON.parse(read('orders.asyncapi.json')) as object),
    channels: { A: { messages: 5 } },
  });
  expect((await new Parser().parse(broken)).diagnostics).not.toEqual([]);
  const config = await createConfig({ extends: ['recommended'] });
  const openapi = JSON.stringify({ ...(JSON.parse(read('orders.openapi.json')) as object), paths: { orders: {} } });
  expect(await lintFromString({ source: openapi, absoluteRef: '/x.json', config })).not.toEqual([]);
});
