import { blocksOf, readPage } from './pages.js';

/** The README's session: shell commands to be pasted at once, while `pnpm dev` runs. */
export function readmeSession(): string {
  const [session, ...others] = shellBlocks().filter((lines) => lines.length > 1);
  if (session === undefined || others.length > 0) {
    throw new Error('README.md must have exactly one `sh` block of several lines: the session.');
  }
  return session.join('\n');
}

/** The README's commands, each alone in its block, so that it can be copied. */
export function readmeCommands(): readonly string[] {
  return shellBlocks().flatMap((lines) => (lines.length === 1 ? lines : []));
}

function shellBlocks(): (readonly string[])[] {
  return blocksOf(readPage('README.md'))
    .filter(({ info }) => info === 'sh')
    .map(({ lines }) => lines);
}
