import type { ServiceLog } from '../log/service-log.js';

/** A log that writes nothing. */
export const silentLogger: ServiceLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  of: () => silentLogger,
};

/** A line that a {@link recordLog} has kept. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
  readonly details: object;
}

/** A log that keeps its lines, without the ids of the message. */
export function recordLog(): { readonly log: ServiceLog; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const keep = (level: LogLine['level']) => (details: object, text: string) =>
    void lines.push({ level, text, details });
  const log: ServiceLog = {
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    of: () => log,
  };
  return { log, lines };
}
