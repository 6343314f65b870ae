import console from 'node:console';

/** @typedef {import('./summary.js').Line} Line */
/** @typedef {import('./summary.js').Ratio} Ratio */
/** @typedef {import('./backlog.js').FoundBacklog} FoundBacklog */

/**
 * @typedef {ReturnType<typeof import('./machine.js').machine> & {
 *   passes: number,
 *   subjects: Record<string, Line>,
 *   rates: Ratio[],
 *   latencies: Ratio[],
 *   backlog: { title: string, found: FoundBacklog }[],
 *   skipped: string[],
 * }} Report
 */

/**
 * @param {Report} report
 * @param {string} what is counted
 */
export function print(report, what) {
  const { date, node, cpu, cores, anywise, passes, skipped } = report;
  console.log(`${date}, ${cpu}, ${cores} cores, Node ${node}, anywise ${anywise}, ${passes} passes\n`);
  for (const reason of skipped) console.log(`Skipped: ${reason}.\n`);
  const lines = Object.values(report.subjects);
  section(`${what} a second, by how many are in flight`, rateTable(lines));
  section('The same as ratios', ratioTable(report.rates));
  section('Latency when idle, in ms', latencyTable(lines));
  section('The same as ratios', ratioTable(report.latencies));
  section('With an inbox in which many wait, messages a second', backlogTable(report.backlog));
}

/**
 * @param {string} title
 * @param {readonly string[]} rows
 */
function section(title, rows) {
  if (rows.length > 0) console.log(`## ${title}\n\n${rows.join('\n')}\n`);
}

/** @param {readonly Line[]} lines */
function rateTable(lines) {
  const levels = Object.keys(lines[0]?.rates ?? {});
  return table(
    ['', ...levels],
    lines.map(({ title, rates }) => [title, ...levels.map((level) => (rates[level] ?? Number.NaN).toFixed(0))]),
  );
}

/** @param {readonly Line[]} lines */
function latencyTable(lines) {
  return table(
    ['', 'p50', 'p99'],
    lines.map(({ title, latency: { p50, p99 } }) => [title, p50.toFixed(2), p99.toFixed(2)]),
  );
}

/** @param {readonly Ratio[]} ratios */
function ratioTable(ratios) {
  const columns = Object.keys(ratios[0]?.figures ?? {});
  return table(
    ['', ...columns, 'aim'],
    ratios.map(({ title, reach, figures }) => [
      title,
      ...columns.map((column) => (figures[column] ?? Number.NaN).toFixed(2)),
      reach,
    ]),
  );
}

/** @param {Report['backlog']} backlog */
function backlogTable(backlog) {
  return table(
    ['', 'taken in', 'claimed', 'handled'],
    backlog.map(({ title, found: { added, claimed, handled } }) => [
      title,
      added.toFixed(0),
      claimed.toFixed(0),
      handled.toFixed(0),
    ]),
  );
}

/**
 * Markdown, with numbers to the right. A column without a title is text.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  if (rows.length === 0) return [];
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const isText = (/** @type {number} */ column) => head[column] === '';
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, at) => (isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) => (isText(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)];
}
