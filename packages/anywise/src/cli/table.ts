import { visible } from './visible.js';

const gap = '  ';
const shortestLast = 20;

/** Rows in aligned columns, each on one line. The last column is truncated to keep the line within `width`. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], width = Infinity): string {
  const lines = [header, ...rows.map((row) => row.map(onOneLine))];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const before = widths.slice(0, -1).reduce((sum, column) => sum + column + gap.length, 0);
  const last = Math.max(shortestLast, width - before);
  return lines
    .map((line) =>
      line.map((cell, column) => (column === header.length - 1 ? cut(cell, last) : cell.padEnd(widths[column] ?? 0))),
    )
    .map((cells) => cells.join(gap).trimEnd())
    .join('\n');
}

function onOneLine(text: string): string {
  return visible(text.replace(/\s+/g, ' ').trim());
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
