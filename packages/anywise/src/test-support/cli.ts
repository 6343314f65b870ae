import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { sqliteStore } from '../sqlite/store.js';
import { inTempFolder } from '../testing/temp-folder.js';
import type { Store } from '../core/ports/store.js';
import { run } from '../cli/run.js';
import type { Terminal } from '../cli/terminal.js';

/** What came of a call. */
export interface Outcome {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** A terminal in memory, on which `typed` has been typed. */
export function memoryTerminal(
  typed = '',
  options: Partial<Terminal> = {},
): Terminal & { read(): Omit<Outcome, 'exitCode'> } {
  const input = new PassThrough();
  input.end(typed);
  const [output, errors] = [new PassThrough(), new PassThrough()];
  return {
    cwd: '/nowhere',
    env: {},
    input,
    output,
    errors,
    interactive: false,
    untilStopped: async () => undefined,
    ...options,
    read: () => ({ output: textIn(output), errors: textIn(errors) }),
  };
}

/** Everything that was written. From Node 26 on, each read gives one piece. */
function textIn(stream: PassThrough): string {
  const pieces: Buffer[] = [];
  for (let piece: unknown; (piece = stream.read()) !== null;) pieces.push(piece as Buffer);
  return String(Buffer.concat(pieces));
}

/** Runs the command on a terminal in memory. */
export async function runHere(args: readonly string[], typed?: string, options?: Partial<Terminal>): Promise<Outcome> {
  const terminal = memoryTerminal(typed, options);
  const exitCode = await run(args, terminal);
  return { exitCode, ...terminal.read() };
}

/** Uses the store of a service, and creates it if it is missing. */
export async function inStore<T>(folder: string, service: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = sqliteStore({ path: join(folder, `${service}.db`) });
  await store.check();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export type Call = (line: string, typed?: string, terminal?: Partial<Terminal>) => Promise<Outcome>;

/** A store with what `fill` puts into it, and the command. */
export async function inFilledStore(
  fill: (store: Store) => Promise<void>,
  work: (call: Call) => Promise<void>,
): Promise<void> {
  await inTempFolder(async (folder) => {
    await inStore(folder, 'orders', fill);
    await work((line, typed, terminal) =>
      runHere([...line.split(' '), '--store', `sqlite:${folder}`], typed, terminal),
    );
  });
}
