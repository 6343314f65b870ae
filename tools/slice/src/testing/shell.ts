import { spawn } from 'node:child_process';

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  /** Both streams, in the order in which they were written. */
  readonly output: string;
}

/** A command in its own process group. */
export interface Running extends AsyncDisposable {
  readonly ended: Promise<Result>;
  /** Everything it has written so far. */
  readonly output: string;
  /** Presses Ctrl-C, and waits for the end. */
  interrupt(): Promise<Result>;
}

/** Starts a command in a shell. */
export function start(command: string, cwd: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn('sh', ['-c', command], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<Result>((resolve) => child.once('close', (code) => resolve({ code, stdout, output })));
  const signal = (name: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, name);
  };
  return {
    ended,
    get output() {
      return output;
    },
    interrupt() {
      signal('SIGINT');
      return ended;
    },
    async [Symbol.asyncDispose]() {
      signal('SIGKILL');
      await ended;
    },
  };
}

/** Runs a command in a shell until it ends; after ten minutes it is killed. */
export async function run(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Result> {
  await using running = start(command, cwd, env);
  const deadline = setTimeout(() => void running[Symbol.asyncDispose](), 600_000);
  const result = await running.ended;
  clearTimeout(deadline);
  return result;
}
