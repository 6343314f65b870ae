import type { Databases } from '../databases/databases.js';
import type { Process } from '../harness/process.js';
import { startProgram } from '../harness/program.js';

/** Starts a service that counts, as long as the file of the tap is there. */
export function startCounting({ storeUrl }: Databases, tap: string): Process {
  return startProgram(new URL('service.ts', import.meta.url), {
    env: { ENTITIES_STORE: storeUrl, ENTITIES_TAP: tap },
  });
}
