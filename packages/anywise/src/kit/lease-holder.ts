import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names this process as the holder of leases: where it runs, its process id, and when it began, which tells it from an
 * earlier process with the same id.
 *
 * @param nonce tells several buses of one process apart.
 */
export function holderName(nonce: string): string {
  return [place(), process.pid, beganAt(), nonce].join('|');
}

/**
 * Whether a holder is known to be dead, so that its leases need not run out. `false` if that cannot be known, as for a
 * holder on another host or in another container.
 */
export function isDeadHolder(holder: string): boolean {
  const [where, pidText, began] = holder.split('|');
  const pid = Number(pidText);
  if (where !== place() || !Number.isInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return began !== beganAt();
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Process ids mean the same only on one host and, on Linux, within one namespace: containers may share a host's name. */
function place(): string {
  try {
    return `${hostname()}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

function beganAt(): string {
  return String(Math.round(performance.timeOrigin));
}
