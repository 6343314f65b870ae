import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pagesOf, workspace } from './pages.js';
import { sidebarOf } from './sidebar.js';

it('the sidebar has each page of the index once, in its sections', () => {
  const index =
    '# Docs\n\n## Start\n\n- [`A`](a.md): one, then [B](b.md#part).\n\n## Decisions\n\n- [A](a.md)\n- [C](../LICENSE)\n';
  const pages = new Map([
    ['docs/a.md', 'a.md'],
    ['docs/b.md', 'b.md'],
  ]);
  expect(sidebarOf({ pages, repository: 'https://github.com/acme/bus', exists: () => true }, index)).toEqual([
    {
      text: 'Start',
      collapsed: false,
      items: [
        { text: 'A', link: '/a.md' },
        { text: 'B', link: '/b.md' },
      ],
    },
    { text: 'Decisions', collapsed: true, items: [] },
  ]);
});

it('leads to every page of the documentation', () => {
  const pages = pagesOf(workspace);
  const index = readFileSync(join(workspace, 'docs/README.md'), 'utf8');
  const listed = sidebarOf({ pages, repository: undefined, exists: () => true }, index).flatMap(({ items }) =>
    items.map(({ link }) => link),
  );
  const docs = [...pages].filter(([file]) => file.startsWith('docs/') && file !== 'docs/README.md');
  expect(listed).toEqual(expect.arrayContaining(docs.map(([, page]) => `/${page}`)));
});
