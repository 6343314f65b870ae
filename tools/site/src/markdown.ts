import { relative } from 'node:path';
import type { MarkdownOptions, MarkdownRenderer } from 'vitepress';
import { anchorOf, siteLink, type Links } from './links.js';
import { workspace } from './pages.js';

type Core = Parameters<MarkdownRenderer['core']['ruler']['push']>[1];
type Token = Parameters<Core>[0]['tokens'][number];

/** How Markdown is read: as on GitHub, where `<name>` in a text is a text. */
export function markdownWith(links: Links): MarkdownOptions {
  return {
    html: false,
    languageAlias: { conf: 'ini' },
    anchor: { slugify: anchorOf },
    config(md) {
      // Marks of what is generated: without HTML they would be texts.
      md.core.ruler.before('block', 'comments', (state) => {
        state.src = state.src.replace(/^<!--.*-->$/gm, '');
      });
      md.core.ruler.push('site-links', ({ env, tokens }) => {
        const { realPath, path } = env as { readonly realPath?: string; readonly path: string };
        const from = relative(workspace, realPath ?? path);
        for (const { children } of tokens) relink(children ?? [], (href) => siteLink(links, from, href));
      });
    },
  };
}

/** Points links to where they lead. One that leads nowhere becomes a text. */
function relink(tokens: readonly Token[], leadTo: (href: string) => string | undefined): void {
  let opened: Token | undefined;
  for (const token of tokens) {
    if (token.type === 'link_open') {
      opened = token;
      const href = leadTo(token.attrGet('href') ?? '');
      if (href === undefined) asText(token);
      else token.attrSet('href', href);
    }
    if (token.type === 'link_close' && opened?.tag === 'span') asText(token);
  }
}

function asText(token: Token): void {
  token.type = token.type.replace('link', 'text');
  token.tag = 'span';
  token.attrs = null;
}
