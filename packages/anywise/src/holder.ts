import { hostname } from 'node:os';

/**
 * Names this process as the holder of leases: host, process id, and when the process began, which tells it from an earlier
 * one with the same id.
 *
 * @param nonce tells several buses of one process apart.
 */
export function holderName(nonce: string): string {
  return [hostname(), process.pid, beganAt(), nonce].join(':');
}

/**
 * Whether a holder on this host is known to be dead, so that its leases need not run out. `false` where that cannot be
 * known, as for a holder on another host.
 */
export function isDead(holder: string): boolean {
  const [host, pidText, began] = holder.split(':');
  const pid = Number(pidText);
  if (host !== hostname() || !Number.isInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return began !== beganAt();
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function beganAt(): string {
  return String(Math.round(performance.timeOrigin));
}
