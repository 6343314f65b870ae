import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A started process, and its output. */
export interface Process {
  readonly pid: number;
  /** Everything it has written so far, errors included. */
  readonly output: string;
  readonly stderr: string;
  readonly ended: Promise<Exit>;
  /** The first line that `read` finds something in, including lines written before. Rejects if it ends without one. */
  find<T>(read: (line: string) => T | undefined): Promise<T>;
  /** Stops reading its output, like a log collector that has died. */
  ignoreOutput(): void;
  /** Sends a signal, to its whole group if it leads one, and resolves when the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
}

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether it leads its own process group. @defaultValue false */
  readonly detached?: boolean;
  /** Whether a channel stays open that tells it when we have ended. @defaultValue false */
  readonly tethered?: boolean;
}

export function startProcess({ command, args, cwd, env, detached = false, tethered = false }: ProcessOptions): Process {
  const child = spawn(command, args, {
    cwd,
    env,
    detached,
    stdio: ['ignore', 'pipe', 'pipe', tethered ? 'ipc' : 'ignore'],
  });
  if (child.pid === undefined) throw new Error(`\`${command}\` could not be started.`);
  const lines: string[] = [];
  const errors: string[] = [];
  const readers = new Set<(line: string) => void>();
  const listen = (input: ChildProcess['stdout'], kept: readonly string[][]) => {
    if (input === null) return;
    createInterface({ input }).on('line', (line) => {
      for (const list of kept) list.push(line);
      for (const read of readers) read(line);
    });
  };
  listen(child.stdout, [lines]);
  listen(child.stderr, [lines, errors]);
  // `close` comes after all output has been read; `exit` may come earlier.
  const ended = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));

  return {
    pid: child.pid,
    get output() {
      return lines.join('\n');
    },
    get stderr() {
      return errors.join('\n');
    },
    ended,
    find: (read) =>
      new Promise((resolve, reject) => {
        const reader = (line: string) => {
          const found = read(line);
          if (found === undefined) return;
          readers.delete(reader);
          resolve(found);
        };
        readers.add(reader);
        for (const line of lines) reader(line);
        void ended.then(({ code, signal }) =>
          reject(new Error(`It ended (${signal ?? code ?? 'unknown'}) having said:\n${lines.slice(-30).join('\n')}`)),
        );
      }),
    ignoreOutput() {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    kill(signal = 'SIGKILL') {
      if (detached) signalGroup(child, signal);
      else child.kill(signal);
      return ended;
    },
  };
}

function signalGroup(leader: ChildProcess, signal: NodeJS.Signals): void {
  const running = leader.exitCode === null && leader.signalCode === null;
  if (running && leader.pid !== undefined) process.kill(-leader.pid, signal);
}
