import { blocksOf, readPage } from './pages.js';

/** The README's session: shell commands to paste while `pnpm dev` runs. */
export function readmeSession(): string {
  const [session, ...others] = shellBlocks().filter((lines) => lines.length > 1);
  if (session === undefined || others.length > 0) {
    throw new Error('README.md must have exactly one `sh` block of several lines: the session.');
  }
  return session.join('\n');
}

/** What the README says that its session prints. */
export function readmeOutput(): string {
  const outputs = blocksOf(readPage('README.md')).filter(({ language }) => language === '');
  const [output, ...others] = outputs.map(({ lines }) => lines.join('\n'));
  if (output === undefined || others.length > 0) {
    throw new Error('README.md must have exactly one block without a language: what its session prints.');
  }
  return output;
}

/** The README's commands, each alone in its block, so that it can be copied. */
export function readmeCommands(): readonly string[] {
  return shellBlocks().flatMap((lines) => (lines.length === 1 ? lines : []));
}

function shellBlocks(): (readonly string[])[] {
  return blocksOf(readPage('README.md'))
    .filter(({ language }) => language === 'sh')
    .map(({ lines }) => lines);
}
