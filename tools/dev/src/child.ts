import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { notesVariable } from './notes.js';
import { findWorkspace } from './workspace.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Service {
  readonly pid: number | undefined;
  /** The end of what it wrote to stderr, without its log. */
  readonly complaints: readonly string[];
  readonly exited: Promise<Exit>;
  /** Sends SIGTERM, and SIGKILL if it has not ended in time. */
  stop(): Promise<void>;
}

/** Everything has to end within 5 s of Ctrl-C. */
const graceMs = 4500;

/** What each step of stopping may take within that, unless the environment says otherwise. */
const drainTimes = { HTTP_DRAIN_MS: '2000', BUS_DRAIN_MS: '2000' };

const maxComplaints = 20;

/** With these, Node runs the source of a workspace, and ends with the process that started it. */
export const nodeArguments = [
  ...['--import', import.meta.resolve('tsx')],
  ...['--import', new URL(`./tether${extname(import.meta.url)}`, import.meta.url).href],
  '--conditions=@anywise/source',
];

/** Records what the service does, where the environment says where to send that. It comes first: it sees what is loaded later. */
const recording = ['--import', import.meta.resolve('@anywise/service/instrumentation')];

/** The environment of a process that runs the source in a folder. */
export function sourceEnvironment(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, [notesVariable]: undefined, TSX_TSCONFIG_PATH: tsconfigFor(folder) };
}

/** tsx applies a tsconfig only to the files it includes; this one has no `include`, so the packages get their decorators too. */
function tsconfigFor(folder: string): string | undefined {
  const file = join(findWorkspace(folder) ?? folder, 'tsconfig.base.json');
  return existsSync(file) ? file : undefined;
}

/** Starts `src/main.ts` of the service in `folder` as our own child, so that the pid that listens is the one we watch. */
export function startService(folder: string, onLine: (line: string) => void): Service {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: collector = '' } = process.env;
  const child = spawn(process.execPath, [...(collector === '' ? [] : recording), ...nodeArguments, 'src/main.ts'], {
    cwd: folder,
    env: {
      ...drainTimes,
      OTEL_SERVICE_NAME: basename(folder),
      ...sourceEnvironment(folder),
    },
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
      // By `close` all its output has been read, but `close` never comes if a process that it started keeps the output open.
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
