import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownWorkspace } from '../workspace.js';

/** A command of a page, with the output that the page shows. */
export interface Step {
  readonly command: string;
  readonly output: string | undefined;
}

/** The session of a page: its `sh` blocks, each with the block without a language right after it. */
export function sessionOf(path: string): readonly Step[] {
  const text = readFileSync(join(ownWorkspace, path), 'utf8');
  const blocks = text.matchAll(/^```sh\n([^]*?)\n```(?:\n\n```\n([^]*?)\n```)?$/gm);
  return [...blocks].map(([, command = '', output]) => ({ command, output }));
}
