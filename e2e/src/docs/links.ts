import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspace, type Page } from './pages.js';

/** The links of a page that lead nowhere: to a file or a heading that is not there. Other sites are not asked. */
export function brokenLinks(page: Page): readonly string[] {
  return [...prose(page.text).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(page, target));
}

function leadsSomewhere(page: Page, target: string): boolean {
  const [path = '', heading] = target.split('#');
  const file = join(workspace, dirname(page.path), path);
  if (!existsSync(file)) return false;
  return heading === undefined || headingsOf(path === '' ? page.text : readFileSync(file, 'utf8')).includes(heading);
}

/** The headings as GitHub names them in addresses. */
function headingsOf(text: string): string[] {
  return [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** A page without its blocks of code. */
function prose(text: string): string {
  return text.replace(/^( *)```[\s\S]*?^\1```$/gm, '');
}
