import { siteLink, type Links } from './links.js';

export interface Section {
  readonly text: string;
  readonly collapsed: boolean;
  readonly items: readonly Item[];
}

interface Item {
  readonly text: string;
  readonly link: string;
}

/** The contents that `docs/README.md` lists, section by section: each page once, under the words that lead to it there. */
export function sidebarOf(links: Links, index: string): readonly Section[] {
  const seen = new Set<string>();
  const [, ...sections] = index.split(/^## /m);
  return sections.map((section) => {
    const [text = ''] = section.split('\n', 1);
    const items = [...section.matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].flatMap(([, words = '', href = '']) => {
      const link = siteLink({ ...links, repository: undefined }, 'docs/README.md', href)?.replace(/#.*/, '');
      if (link?.startsWith('/') !== true || seen.has(link)) return [];
      seen.add(link);
      return [{ text: words.replaceAll('`', ''), link }];
    });
    return { text, collapsed: text === 'Decisions', items };
  });
}
