import type { Action } from '../action.js';
import { countText } from '../count.js';
import { writeDuration } from '../duration.js';
import { table } from '../table.js';
import { knownProcesses, mostProcesses, type KnownProcess } from './known.js';

/** Less is what a measurement cannot tell from nothing. */
const notableSkewMs = 1_000;

export const list: Action = {
  name: 'list',
  summary: 'lists who works for a service, what waits for it in the transport, and how wrong clocks are',
  options: [],
  notes: `SEEN is how long ago a process last said that it runs, which each does every minute; \`gone\` has missed two. LAG counts what waits in the transport for the whole service. CLOCK is how far the clock of a process is ahead of the database's, or behind it (\`-\`). Up to ${mostProcesses} are listed, those seen last first.`,
  example: 'processes list',
  async run({ terminal, open }) {
    const known = await knownProcesses(await open());
    const json = { processes: known.map(processJson) };
    if (known.length === 0) return { exitCode: 1, json, text: 'No process has said that it runs.' };
    const header = ['HOST', 'PID', 'VERSION', 'STATE', 'SEEN', 'RAN', 'AT ONCE', 'LAG', 'CLOCK'];
    return { exitCode: 0, json, text: table(header, known.map(row), terminal.output.columns) };
  },
};

function row({ host, pid, version, isAlive, seenMs, ranMs, concurrency, lag, clockSkewMs }: KnownProcess): string[] {
  return [
    host,
    String(pid),
    version ?? '-',
    isAlive ? 'runs' : 'gone',
    writeDuration(seenMs),
    writeDuration(ranMs),
    String(concurrency),
    lag === undefined ? '-' : countText(lag),
    clockText(clockSkewMs),
  ];
}

function clockText(skewMs: number | undefined): string {
  if (skewMs === undefined) return '-';
  if (Math.abs(skewMs) < notableSkewMs) return 'right';
  return `${skewMs < 0 ? '-' : '+'}${writeDuration(Math.abs(skewMs))}`;
}

function processJson({ holder, description: _wiring, version, lag, clockSkewMs, ...process }: KnownProcess): object {
  return { holder, ...process, version: version ?? null, lag: lag ?? null, clockSkewMs: clockSkewMs ?? null };
}
