import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspace, type Page } from './pages.js';

/** The links of a page to files or headings that do not exist. Links to other sites are not followed. */
export function brokenLinks(page: Page): readonly string[] {
  return linksOf(page).filter((target) => !leadsSomewhere(page, target));
}

/** Where the links of a page lead within the workspace, as the page writes it. */
export function linksOf({ text }: Page): readonly string[] {
  return [...prose(text).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The links of a page that are named after another file than the one they lead to. */
export function misnamedLinks({ text }: Page): readonly string[] {
  return [...prose(text).matchAll(/\[`([\w./-]+\.(?:[cm]?[jt]s|json|md|sql|ya?ml))`\]\(([^)\s]+)\)/g)].flatMap(
    ([, name = '', target = '']) => (`/${target}`.endsWith(`/${name}`) ? [] : [`${name}: ${target}`]),
  );
}

function leadsSomewhere(page: Page, target: string): boolean {
  const [path = '', heading] = target.split('#');
  const file = join(workspace, dirname(page.path), path);
  if (!existsSync(file)) return false;
  return heading === undefined || headingsOf(path === '' ? page.text : readFileSync(file, 'utf8')).includes(heading);
}

/** The anchors that GitHub gives to the headings. */
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
