import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hunksOf, placesFor } from './hunks.js';
import { blocksOf, workspace, type Block, type Page } from './pages.js';

/** The text of a file of the workspace, or `undefined` where there is no such file. */
type Read = (path: string) => string | undefined;

/**
 * What is wrong with the blocks of a page whose first line names a file.
 *
 * - Without a mark, a block quotes the file: all of it, or parts of it with a line `// …` for each stretch left out.
 *   A `diff` quotes the lines that it removes or leaves, which the file has once.
 * - `new` marks a file that the page tells the reader to create, so it must not exist yet.
 * - `add` marks code that the page tells the reader to add to a file that exists.
 * - `wrong` marks what the reader must not write.
 */
export function misquotes(page: Page, read: Read = readFile): readonly string[] {
  return blocksOf(page).flatMap((block) => {
    const place = `${page.path}:${block.line}`;
    if (!marks.has(block.mark)) return [`${place} is marked \`${block.mark}\`, which means nothing.`];
    return block.file === undefined ? [] : misquote(place, block, block.file, read(block.file));
  });
}

const marks: ReadonlySet<string> = new Set(['', 'new', 'add', 'wrong']);

function misquote(place: string, block: Block, file: string, text: string | undefined): readonly string[] {
  const { mark, language } = block;
  if (mark === 'wrong') return [];
  if (mark === 'new') return text === undefined ? [] : [`${place} marks \`${file}\` as new, but it exists.`];
  if (text === undefined) {
    return [`${place} names \`${file}\`, which does not exist. If the reader writes it, mark it \`${language} new\`.`];
  }
  if (mark === 'add') return [];
  const wrong = language === 'diff' ? firstUnfit(block, text) : firstMisquoted(block, text);
  return wrong === undefined ? [] : [`${place} does not quote \`${file}\`: \`${wrong}\` is not what comes there.`];
}

/** The first change of a `diff` that has no place, or more than one. */
function firstUnfit(block: Block, text: string): string | undefined {
  return hunksOf(block).find((hunk) => placesFor(hunk, text) !== 1)?.before;
}

/** The first line at which the quotation and the file part. */
function firstMisquoted({ lines }: Block, text: string): string | undefined {
  const quoted = lines.slice(1);
  const file = text.replace(/\n$/, '').split('\n');
  let furthest = 0;
  const agree = (from: number, to: number): boolean => {
    furthest = Math.max(furthest, from);
    const line = quoted[from];
    if (line === undefined) return to === file.length;
    if (!isGap(line)) return line === file[to] && agree(from + 1, to + 1);
    return file.slice(to).some((_line, skipped) => agree(from + 1, to + skipped + 1));
  };
  return agree(0, 0) ? undefined : (quoted[furthest]?.trim() ?? '');
}

function isGap(line: string): boolean {
  return /^\s*(\/\/|#|--) …$/.test(line);
}

function readFile(path: string): string | undefined {
  const file = join(workspace, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
