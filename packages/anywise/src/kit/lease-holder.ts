import { processFacts, type HolderFacts } from './process-facts.js';

/**
 * Identifies this process as the holder of leases: its machine and the boot of that, the namespace of its process id, the
 * id, and when the process started.
 *
 * @param nonce distinguishes several buses of one process.
 */
export function holderName(nonce: string): string {
  return nameOf(processFacts(), nonce);
}

/**
 * Whether a holder is known to be dead, so that its leases can end early. `false` if that is unknown: for a holder on
 * another machine or in another container, and on systems other than Linux, which cannot tell.
 */
export function isDeadHolder(holder: string): boolean {
  return isKnownDead(holder, processFacts());
}

const unknown = '?';

/** {@link holderName}, from the given facts. */
export function nameOf({ bootId, machineId, namespace, pid, look }: HolderFacts, nonce: string): string {
  return [bootId ?? unknown, machineId, namespace ?? unknown, pid, look(pid) ?? unknown, nonce].join('|');
}

/**
 * {@link isDeadHolder}, from the given facts. The first pid namespace has the same number on every machine, and so have many
 * host names: only with the id of the boot does a process id mean one process.
 */
export function isKnownDead(holder: string, here: HolderFacts): boolean {
  const [bootId, machineId, namespace, pidText, began] = holder.split('|');
  if (here.bootId === undefined || here.namespace === undefined || began === unknown) return false;
  if (bootId !== here.bootId || machineId !== here.machineId || namespace !== here.namespace) return false;
  const pid = Number(pidText);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  const seen = here.look(pid);
  return seen !== undefined && seen !== began;
}
