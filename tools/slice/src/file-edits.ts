import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withImport, withListed, type Edited } from './edits.js';
import { withLf, withLineEndsOf } from './line-ends.js';
import { formatted } from './template.js';

/** A change to an existing file. */
export interface FileEdit {
  readonly path: string;
  /** The whole file with the change; `undefined` if the file does not look as expected: then it has to be made by hand. */
  readonly text: string | undefined;
  /** The changed lines, to print. Empty if there is nothing to change. */
  readonly lines: readonly string[];
}

/** One change, and the line that says what it is. */
export interface Step {
  readonly line: string;
  readonly apply: (source: string) => Edited;
}

/** A file with all of these changes, formatted as the workspace at `root` wants it. Nothing is written yet. */
export async function edit(root: string, path: string, steps: readonly Step[]): Promise<FileEdit> {
  const source = readFileSync(join(root, path), 'utf8');
  const lines: string[] = [];
  let text = withLf(source);
  for (const { line, apply } of steps) {
    const next = apply(text);
    if (next === undefined) return { path, text: undefined, lines: steps.map((step) => step.line) };
    if (next !== text) lines.push(line);
    text = next;
  }
  return { path, text: withLineEndsOf(source, (await formatted(root, { path, text })).text), lines };
}

export function imported(name: string, from: string): Step {
  return { line: `import { ${name} } from '${from}';`, apply: (source) => withImport(source, name, from) };
}

export function listed(opening: string, items: string | readonly string[], closing: string): Step {
  const all = [items].flat();
  return {
    line: `${opening}…, ${all.join(', ')}${closing}`,
    apply: (source) =>
      all.reduce<Edited>(
        (text, item) => (text === undefined ? text : withListed(text, opening, item, closing)),
        source,
      ),
  };
}

/** What to print of an addition. */
export function describeAddition({ path, text, lines }: FileEdit): readonly string[] {
  const indented = lines.flatMap((line) => line.split('\n')).map((line) => (line === '' ? '' : `          ${line}`));
  if (text !== undefined) return [`  edit  ${path}`, ...indented];
  return [`  left  ${path} does not look as expected. Add these by hand:`, ...indented];
}
