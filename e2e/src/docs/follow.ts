import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applied, hunksOf } from './hunks.js';
import { blocksOf, type Block, type Page } from './pages.js';

/**
 * Does in a copy of the workspace what a page tells its reader to do: writes the files marked `new`, puts code marked `add`
 * above the last `export` of its file, and applies each `diff`.
 *
 * @returns the files that it wrote or changed, from the workspace.
 */
export function follow(page: Page, folder: string): readonly string[] {
  const files = new Set<string>();
  for (const block of blocksOf(page)) {
    if (block.file === undefined || block.mark === 'wrong') continue;
    const path = join(folder, block.file);
    if (block.mark === 'new') write(path, codeOf(block));
    else if (block.mark === 'add') change(path, (text) => addedTo(text, codeOf(block)));
    else if (block.language === 'diff') change(path, (text) => changedBy(block, text));
    else continue;
    files.add(block.file);
  }
  return [...files];
}

function codeOf({ lines }: Block): string {
  return `${lines.slice(1).join('\n')}\n`;
}

function addedTo(text: string, code: string): string {
  const at = text.lastIndexOf('\nexport ') + 1;
  return `${text.slice(0, at)}${code}\n${text.slice(at)}`;
}

function changedBy(block: Block, text: string): string {
  return hunksOf(block).reduce((changed, hunk) => applied(hunk, changed), text);
}

function change(path: string, edit: (text: string) => string): void {
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
