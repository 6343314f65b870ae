import type { TopologyPart, TopologyReport, UnusedReport } from '../../core/ports/topology.js';
import { table } from '../table.js';

interface ReportOptions {
  readonly width: number | undefined;
  /** What is missing could not be made. */
  readonly applied: boolean;
}

/** One line for each part, and below them what to do. */
export function reportText(report: TopologyReport, { width, applied }: ReportOptions): string {
  const { place, parts, commands, notes } = report;
  const rows = parts.map((part) => [part.state, part.kind, nameOf(part), settingsOf(part)]);
  return [
    `What services need at ${place}:`,
    table(['STATE', 'KIND', 'NAME', 'SETTINGS'], rows, width),
    ...parts.flatMap(problemsOf),
    ...notes,
    ...(commands.length > 0 ? [adviceOn(applied), ...commands.map((command) => `  ${command}`)] : []),
  ].join('\n');
}

function adviceOn(applied: boolean): string {
  return applied
    ? 'What is missing could not be made. Let an administrator run:'
    : 'To make what is missing, run this again with `--apply`, or let an administrator run:';
}

function nameOf({ name, queue }: TopologyPart): string {
  return queue === undefined ? name : `${queue} <- ${name}`;
}

function settingsOf({ settings }: TopologyPart): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function problemsOf({ kind, name, queue, problems }: TopologyPart): readonly string[] {
  const where = queue === undefined ? '' : ` of \`${queue}\``;
  return problems.map((problem) => `The ${kind} \`${name}\`${where}: ${problem}.`);
}

/** One line for each unused thing, followed by how to delete it. */
export function unusedText({ place, unused, notes }: UnusedReport, width: number | undefined): string {
  if (unused.length === 0) return [`Nothing without a reader was found at ${place}.`, ...notes].join('\n');
  const rows = unused.map(({ kind, service, waiting, name }) => [kind, service, String(waiting), name]);
  return [
    `Unused at ${place}:`,
    table(['KIND', 'SERVICE', 'WAITING', 'NAME'], rows, width),
    ...notes,
    'If such a service is gone for good, an administrator deletes what it left, and what waits in it:',
    ...unused.map(({ command }) => `  ${command}`),
  ].join('\n');
}
