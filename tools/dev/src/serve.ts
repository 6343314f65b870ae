import { basename, relative } from 'node:path';
import { startService } from './child.js';
import { whenAbandoned } from './launchers.js';
import { notesVariable, openNotes } from './notes.js';
import { createOutput, wantsColour } from './output.js';
import { supervise } from './supervise.js';
import { watchSources } from './watch.js';
import { sourcesOf } from './workspace.js';

/** Runs the service in a folder, and starts it again when it is edited or dies. Returns the exit code. */
export async function serve(folder: string): Promise<number> {
  const slice = basename(folder);
  const output = createOutput({ slice, colour: wantsColour(), write: (text) => process.stdout.write(text) });
  const notes = openNotes(process.env[notesVariable]);
  const stop = new AbortController();

  // One Ctrl-C may come twice, from the terminal and from turbo: the second changes nothing.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop.abort());
  // Our output has no reader any more.
  process.stdout.on('error', () => stop.abort());
  whenAbandoned(() => stop.abort());

  return supervise({
    slice,
    start() {
      const service = startService(folder, output.line);
      if (service.pid !== undefined) notes.setPid(slice, service.pid);
      return service;
    },
    onGivenUp: ({ complaints }) => notes.setProblem(slice, complaints.join('\n')),
    watch: (onEdit) => watchSources(sourcesOf(folder), (path) => onEdit(relative(folder, path))),
    say: output.say,
    signal: stop.signal,
  });
}
