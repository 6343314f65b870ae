import console from 'node:console';
import { cases } from './cases.js';

/** @typedef {import('./summary.js').Line} Line */
/** @typedef {ReturnType<typeof import('./machine.js').machine> & { passes: number, cases: Record<string, Line[]> }} Report */

/** @param {Report} report */
export function print(report) {
  const { date, node, cpu, cores, anywise, passes } = report;
  console.log(`${date}, ${cpu}, ${cores} cores, Node ${node}, anywise ${anywise}, ${passes} passes\n`);
  const ratios = ratiosOf(report);
  if (ratios.length > 0) console.log(`## All cases, as multiples of the bare call\n\n${ratios.join('\n')}\n`);
  for (const { key, title } of cases) {
    const lines = report.cases[key];
    if (lines !== undefined) console.log(`## ${title}\n\n${detailsOf(lines).join('\n')}\n`);
  }
}

/**
 * One row for each library, one column for each case.
 *
 * @param {Report} report
 */
function ratiosOf(report) {
  const columns = cases.filter(({ key, column }) => column !== undefined && report.cases[key] !== undefined);
  const names = new Set(columns.flatMap(({ key }) => (report.cases[key] ?? []).map(({ name }) => name)));
  const rows = [...names].map((name) => [
    name,
    ...columns.map(({ key }) => {
      const line = report.cases[key]?.find((each) => each.name === name);
      return line === undefined ? '' : ratio(line.ratio);
    }),
  ]);
  return columns.length === 0 ? [] : table(['', ...columns.map(({ column = '' }) => column)], rows);
}

/** @param {readonly Line[]} lines */
function detailsOf(lines) {
  const rows = lines.map(({ name, notes, ratio: middle, lowest, highest, best, bytes }) => [
    name,
    ratio(middle),
    `${ratio(lowest)} to ${ratio(highest)}`,
    best.toFixed(0),
    bytes.toFixed(0),
    notes.join('; '),
  ]);
  return table(['', 'ratio', 'over the passes', 'best, ns', 'bytes', ''], rows);
}

/** @param {number} value */
function ratio(value) {
  return value.toFixed(value < 10 ? 2 : 0);
}

/**
 * Markdown, with numbers to the right. A column without a title is text.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const isText = (/** @type {number} */ column) => head[column] === '';
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, at) => (isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) => (isText(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)];
}
