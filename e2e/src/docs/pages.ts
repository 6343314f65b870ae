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
  /** All that follows the fence: `ts`, or `ts wrong` for what nobody should write. */
  readonly info: string;
  /** The number of its first line of code, counted from 1. */
  readonly line: number;
  /** Its code, without the indentation of the fence. */
  readonly lines: readonly string[];
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(workspace, path), 'utf8') };
}

/** Every page: those in the root and in `docs`, and the README of each package, service and tool. */
export function readPages(): readonly Page[] {
  const readmes = ['packages', 'services', 'tools'].flatMap((folder) =>
    readdirSync(join(workspace, folder)).map((name) => `${folder}/${name}/README.md`),
  );
  const root = readdirSync(workspace).filter((name) => name.endsWith('.md'));
  return [...root, ...markdownIn('docs'), ...readmes.filter((path) => existsSync(join(workspace, path)))]
    .sort()
    .map(readPage);
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
      blocks.push(open);
      open = undefined;
    } else open.lines.push(line.slice(open.indent));
  }
  return blocks;
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(workspace, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(workspace, join(entry.parentPath, entry.name)));
}
