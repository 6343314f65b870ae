import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A running process, as Linux describes it. */
export interface Running {
  readonly pid: number;
  readonly command: string;
  readonly folder: string;
}

/** Every process whose environment contains this text: those started with it, and all that they started. */
export function findRunning(text: string): Running[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text)) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(pid), command, folder: readlinkSync(`/proc/${pid}/cwd`) }];
    } catch {
      // It has ended meanwhile, or we may not read it.
      return [];
    }
  });
}
