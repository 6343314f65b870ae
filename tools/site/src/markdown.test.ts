import { expect, it } from '@jest/globals';
import { join } from 'node:path';
import { createMarkdownRenderer } from 'vitepress';
import { markdownWith } from './markdown.js';
import { workspace } from './pages.js';

it('a page is read as on GitHub, and its links lead to pages', async () => {
  const pages = new Map([['docs/errors.md', 'errors.md']]);
  const options = markdownWith({ pages, repository: undefined, exists: () => true });
  const renderer = await createMarkdownRenderer(workspace, options);
  const text = '<!-- generated -->\n\nA <name>, [an error](../errors.md#codes) and [the licence](../../LICENSE).\n';
  const html = renderer.render(text, { path: join(workspace, 'docs/how-to/nats.md') });
  expect(html).toBe('<p>A &lt;name&gt;, <a href="/errors.html#codes">an error</a> and <span>the licence</span>.</p>\n');
});
