import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const workspace = fileURLToPath(new URL('../../..', import.meta.url));

/** A page of the documentation. */
export interface Page {
  /** From the workspace. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of code. */
export interface Block {
  readonly language: string;
  /** What follows the language: `new`, `add`, `wrong`, or nothing. */
  readonly mark: string;
  /**
   * The file of the workspace that a comment in the block's first line names, such as `// services/orders/src/app.ts`. A
   * path that begins in no folder of the workspace, such as `src/app.ts`, belongs to a project of the reader.
   */
  readonly file: string | undefined;
  /** The number of its first line of code, counted from 1. */
  readonly line: number;
  /** Its code, without the indentation of the fence. */
  readonly lines: readonly string[];
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(workspace, path), 'utf8') };
}

/** Every page: those in the root, in `docs` and in `e2e`, and the README of each package, service, tool, benchmark and example. */
export function readPages(): readonly Page[] {
  const readmes = ['packages', 'services', 'tools', 'bench', 'examples'].flatMap((folder) =>
    readdirSync(join(workspace, folder)).map((name) => `${folder}/${name}/README.md`),
  );
  const root = readdirSync(workspace).filter((name) => name.endsWith('.md'));
  const written = readmes.filter((path) => existsSync(join(workspace, path)));
  return [...root, ...markdownIn('docs'), ...markdownIn('e2e/src'), ...written].sort().map(readPage);
}

/** The paths of the Markdown files in a folder and all below it. */
export function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(workspace, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(workspace, join(entry.parentPath, entry.name)));
}

export function blocksOf({ text }: Page): readonly Block[] {
  const blocks: Block[] = [];
  let open: { info: string; indent: number; line: number; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent = '', info = ''] = /^( *)```(.*)$/.exec(line) ?? [undefined];
    const isFence = line.trimStart().startsWith('```');
    if (open === undefined) {
      if (isFence) open = { info: info.trim(), indent: indent.length, line: index + 2, lines: [] };
    } else if (isFence) {
      blocks.push(blockOf(open));
      open = undefined;
    } else open.lines.push(line.slice(open.indent));
  }
  return blocks;
}

function blockOf({ info, line, lines }: { info: string; line: number; lines: readonly string[] }): Block {
  const [language = '', ...mark] = info.split(/\s+/);
  const [, file, folder = ''] = /^(?:\/\/|#|--) (([\w.-]+)\/[\w@./-]+\.\w+)$/.exec(lines[0] ?? '') ?? [];
  return { language, mark: mark.join(' '), file: existsSync(join(workspace, folder)) ? file : undefined, line, lines };
}
