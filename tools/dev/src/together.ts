import { join } from 'node:path';
import { startService } from './child.js';
import { whenAbandoned } from './launchers.js';
import { createOutput, wantsColour, type Output } from './output.js';

/** Runs all services of a workspace in one process until Ctrl-C, and returns its exit code. */
export async function together(workspace: string): Promise<number> {
  const services = startService(join(workspace, 'services/all'), createTogetherOutput());
  const end = (): void => void services.stop();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end);
  process.stdout.on('error', end);
  whenAbandoned(end);
  return (await services.exited).code ?? 1;
}

/** Marks each line with the service that logged it, and what is no log line with `all`. */
function createTogetherOutput(): (line: string) => void {
  const outputs = new Map<string, Output>();
  return (line) => {
    const slice = serviceOf(line) ?? 'all';
    const output =
      outputs.get(slice) ?? createOutput({ slice, colour: wantsColour(), write: (text) => process.stdout.write(text) });
    outputs.set(slice, output);
    output.line(line);
  };
}

function serviceOf(line: string): string | undefined {
  return line.startsWith('{"level":') ? /"service":"([^"\\]+)"/.exec(line)?.[1] : undefined;
}
