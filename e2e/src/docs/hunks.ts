import type { Block } from './pages.js';

/** Consecutive lines of a file, before and after a `diff` block changes them. */
export interface Hunk {
  readonly before: string;
  readonly after: string;
}

/** What a `diff` block does to the file that its first line names. A line `// …` separates one place from the next. */
export function hunksOf({ lines }: Block): readonly Hunk[] {
  return lines
    .slice(1)
    .join('\n')
    .split(/\n *\/\/ …\n/)
    .map((hunk) => ({ before: without('+', hunk), after: without('-', hunk) }));
}

/** How many places of a file have the lines that a hunk changes. */
export function placesFor({ before }: Hunk, text: string): number {
  return `\n${text}`.split(`\n${before}\n`).length - 1;
}

export function applied({ before, after }: Hunk, text: string): string {
  return `\n${text}`.replace(`\n${before}\n`, () => `\n${after}\n`).slice(1);
}

function without(sign: string, hunk: string): string {
  return hunk
    .split('\n')
    .filter((line) => !line.startsWith(sign))
    .map((line) => line.slice(1))
    .join('\n');
}
