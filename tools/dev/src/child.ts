import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { notesVariable } from './notes.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Service {
  readonly pid: number | undefined;
  /** The last it wrote to stderr, apart from its log. */
  readonly complaints: readonly string[];
  readonly exited: Promise<Exit>;
  /** SIGTERM, and SIGKILL for one that is still there when its time is up. */
  stop(): Promise<void>;
}

/** All has to be over 5 s after Ctrl-C. */
const graceMs = 4500;

/** What each step of stopping may take within that, unless the environment says otherwise. */
const drainTimes = { HTTP_DRAIN_MS: '2000', BUS_DRAIN_MS: '2000' };

const maxComplaints = 20;

const nodeArguments = [
  ...['--import', import.meta.resolve('tsx')],
  ...['--import', import.meta.resolve('./tether.ts')],
  '--conditions=@anywise/source',
];

// tsx applies a tsconfig only to the files it includes; this one has no `include`, so the packages get their decorators too.
const tsconfig = fileURLToPath(new URL('../../../tsconfig.base.json', import.meta.url));

/** Starts `src/main.ts` of the service in `folder` as our own child, so that the pid that listens is the one we watch. */
export function startService(folder: string, onLine: (line: string) => void): Service {
  const child = spawn(process.execPath, [...nodeArguments, 'src/main.ts'], {
    cwd: folder,
    env: { ...drainTimes, ...process.env, [notesVariable]: undefined, TSX_TSCONFIG_PATH: tsconfig },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const complaints: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    if (input !== null) createInterface({ input }).on('line', onLine);
  }
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      complaints.push(line);
      if (complaints.length > maxComplaints) complaints.shift();
    });
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      const settle = () => resolve({ code, signal });
      // Its last words have been read by `close`, which never comes if something it started holds on to its output.
      child.once('close', settle);
      setTimeout(settle, 2_000);
    });
  });
  return {
    pid: child.pid,
    complaints,
    exited,
    async stop() {
      child.kill('SIGTERM');
      const deadline = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(deadline);
    },
  };
}
