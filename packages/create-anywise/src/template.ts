import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const packed = fileURLToPath(new URL('./template.json', import.meta.url));

/** The text of every file of a new workspace, by its path. */
export async function readTemplate(): Promise<ReadonlyMap<string, string>> {
  if (existsSync(packed)) {
    return new Map(Object.entries(JSON.parse(readFileSync(packed, 'utf8')) as Record<string, string>));
  }
  // Here, where nothing is packed.
  const { gather, ownWorkspace } = await import('./gather.js');
  return gather(ownWorkspace);
}
