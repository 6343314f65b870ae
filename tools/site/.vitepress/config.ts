import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { markdownWith } from '../src/markdown.js';
import { notPages, pagesOf, workspace } from '../src/pages.js';
import { sidebarOf } from '../src/sidebar.js';

const links = {
  pages: pagesOf(workspace),
  repository: process.env.SITE_REPOSITORY,
  exists: (file: string) => existsSync(join(workspace, file)),
};
const index = readFileSync(join(workspace, 'docs/README.md'), 'utf8');

/** The pages are outside of this package. What runs at the build takes its Vue all the same. */
const vueOfThisPackage = {
  name: 'vue-of-this-package',
  enforce: 'pre' as const,
  resolveId: (id: string, _from: string | undefined, { ssr }: { readonly ssr?: boolean }) =>
    ssr === true && /^vue(\/|$)/.test(id) ? { id, external: true } : undefined,
};

export default defineConfig({
  title: 'Anywise',
  description: 'Typed commands, queries and events between vertical slices, in one process or many.',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '../..',
  srcExclude: notPages,
  outDir: 'dist',
  rewrites: Object.fromEntries(links.pages),
  markdown: markdownWith(links),
  vite: { plugins: [vueOfThisPackage] },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Docs', link: '/' },
      { text: 'API', link: '/reference/index.html', target: '_self' },
      { text: 'Changelog', link: '/changelog' },
    ],
    sidebar: sidebarOf(links, index).map((section) => ({ ...section, items: [...section.items] })),
    ...(links.repository !== undefined && { socialLinks: [{ icon: 'github', link: links.repository }] }),
  },
});
