import { readFileSync, readlinkSync } from 'node:fs';

interface Ancestor {
  readonly pid: number;
  readonly name: string;
  readonly parent: number;
}

/**
 * Calls back once when one of the processes that started us was killed and so can no longer tell us to stop: our parent,
 * and on Linux everything up to the outermost npx, pnpm or turbo. A killed turbo leaves its pnpm behind, and a killed npx
 * leaves everything, holding on to the ports.
 */
export function whenAbandoned(callback: () => void): void {
  const parent = process.ppid;
  const launchers = findLaunchers();
  const timer = setInterval(() => {
    const complete =
      process.ppid === parent && launchers.every((launcher) => inspect(launcher.pid)?.parent === launcher.parent);
    if (complete) return;
    clearInterval(timer);
    callback();
  }, 500);
  timer.unref();
}

/** Whether the command that started us writes to a terminal: turbo hands its tasks a pipe, so they cannot see it themselves. */
export function launchedFromTerminal(): boolean {
  const outermost = findLaunchers().at(-1);
  if (outermost === undefined) return false;
  try {
    return /^\/dev\/(pts\/|tty)/.test(readlinkSync(`/proc/${outermost.pid}/fd/1`));
  } catch {
    return false;
  }
}

function findLaunchers(): Ancestor[] {
  const ancestors: Ancestor[] = [];
  for (let next = inspect(process.ppid); next !== undefined; next = inspect(next.parent)) ancestors.push(next);
  return ancestors.slice(0, ancestors.findLastIndex(({ name }) => /^(npm|npx|pnpm|turbo)\b/.test(name)) + 1);
}

/** Empty on other systems than Linux. */
function inspect(pid: number): Ancestor | undefined {
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return name === undefined ? undefined : { pid, name, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
