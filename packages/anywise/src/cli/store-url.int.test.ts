import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { inTempFolder } from '../testing/temp-folder.js';
import { findStoreUrl } from './store-url.js';

/** A workspace with a folder three levels down in it. */
async function inWorkspace(work: (workspace: string, cwd: string) => void): Promise<void> {
  await inTempFolder(async (workspace) => {
    writeFileSync(join(workspace, 'pnpm-workspace.yaml'), '');
    const cwd = join(workspace, 'services/orders/src');
    mkdirSync(cwd, { recursive: true });
    work(workspace, cwd);
  });
}

describe('the URL of the store', () => {
  it.each([
    { what: 'without anything', store: undefined, env: {}, path: '.anywise' },
    { what: 'with a variable that is empty', store: undefined, env: { ANYWISE_STORE: '' }, path: '.anywise' },
    { what: 'of the environment', store: undefined, env: { ANYWISE_STORE: 'sqlite:data' }, path: 'data' },
    {
      what: 'of the option',
      store: 'sqlite:data',
      env: { ANYWISE_STORE: 'memory:' },
      path: 'services/orders/src/data',
    },
  ])('$what has an absolute path', ({ store, env, path }) =>
    inWorkspace((workspace, cwd) => {
      const folder = join(workspace, path);
      expect(findStoreUrl({ store }, { cwd, env })).toEqual({
        scheme: 'sqlite',
        path: folder,
        url: `sqlite:${folder}`,
        shown: `sqlite:${folder}`,
      });
    }),
  );

  it('starts in the current folder outside of a workspace', () =>
    inTempFolder(async (cwd) => {
      expect(findStoreUrl({ store: undefined }, { cwd, env: {} }).path).toBe(join(cwd, '.anywise'));
    }));

  it('keeps its parameters', () => {
    const { url, path } = findStoreUrl({ store: 'sqlite:/data?synchronous=full' }, { cwd: '/', env: {} });
    expect({ url, path }).toEqual({ url: 'sqlite:/data?synchronous=full', path: '/data' });
  });

  it('of a server is shown without its secrets', () => {
    const store = 'postgres://user:se@cret@host:5432/shop?password=secret';
    const { url, scheme, shown } = findStoreUrl({ store }, { cwd: '/', env: {} });
    expect({ url, scheme, shown }).toEqual({ url: store, scheme: 'postgres', shown: 'postgres://host:5432/shop' });
  });
});
