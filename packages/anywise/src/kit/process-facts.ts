import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What distinguishes a process from every other one, on any machine. `undefined` if it cannot be read. */
export interface HolderFacts {
  /** Drawn by the kernel at boot: unique to this machine and this boot. */
  readonly bootId: string | undefined;
  readonly machineId: string;
  /** The namespace in which process ids and start times are valid. Containers have one each, unless they share it. */
  readonly namespace: string | undefined;
  readonly pid: number;
  /** When the process with this id started, in ticks since the boot; `gone` if it does not exist. */
  readonly look: (pid: number) => string | undefined;
}

/** The facts of this process. */
export function processFacts(): HolderFacts {
  return (facts ??= readFacts());
}

/** None of them changes while the process lives. */
let facts: HolderFacts | undefined;

function readFacts(): HolderFacts {
  return {
    bootId: contentOf('/proc/sys/kernel/random/boot_id'),
    machineId: contentOf('/etc/machine-id') ?? hostname(),
    namespace: namespaceOf(process.pid),
    pid: process.pid,
    look,
  };
}

/** If `/proc` belongs to another namespace, such as one mounted from the host, it describes other processes. */
function namespaceOf(pid: number): string | undefined {
  if (linkOf('/proc/self') !== String(pid)) return undefined;
  const processes = linkOf('/proc/self/ns/pid');
  return processes === undefined ? undefined : `${processes}${linkOf('/proc/self/ns/time') ?? ''}`;
}

function look(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return 'gone';
    // It runs as another user.
    if (code !== 'EPERM') return undefined;
  }
  return startOf(contentOf(`/proc/${pid}/stat`));
}

/**
 * Reads when a process started from its `stat`. A zombie has ended, and only waits for its parent to notice.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function startOf(stat: string | undefined): string | undefined {
  // The second field is the command's name in brackets, which may hold anything.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const [state] = fields;
  return state === 'Z' || state === 'X' ? 'gone' : fields[19];
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
