import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from './refusal.js';
import type { Terminal } from './terminal.js';

/** The user's editor: `$VISUAL`, otherwise `$EDITOR`; `undefined` without one, or without a terminal. */
export function findEditor({ env, interactive }: Terminal): string | undefined {
  const { VISUAL: visual = '', EDITOR: editor = '' } = env;
  return interactive ? [visual, editor].find((command) => command !== '') : undefined;
}

/**
 * Lets the user edit a text, and passes the result to `use`. If that refuses it, the text is kept in a file.
 *
 * @throws Refusal if nothing was changed, or the editor failed.
 */
export async function editText(
  editor: string,
  text: string,
  terminal: Terminal,
  use: (text: string) => Promise<void>,
): Promise<void> {
  // Only the owner can enter such a folder: a message may contain secrets.
  const folder = mkdtempSync(join(tmpdir(), 'anywise-'));
  const file = join(folder, 'message.json');
  writeFileSync(file, `${text}\n`);
  const exitCode = await runEditor(editor, file, terminal);
  const edited = readFileSync(file, 'utf8').trimEnd();
  if (exitCode !== 0 || edited === text.trimEnd()) {
    rmSync(folder, { recursive: true });
    throw new Refusal(1, exitCode === 0 ? 'Nothing was changed.' : `\`${editor}\` failed, so nothing was changed.`);
  }
  try {
    await use(edited);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(
      error.exitCode,
      `${error.message}\nYour text is kept: correct it, and pass it with \`--data-file ${file}\`.`,
    );
  }
  rmSync(folder, { recursive: true });
}

function runEditor(editor: string, file: string, { env }: Terminal): Promise<number | null> {
  return new Promise((resolve, reject) => {
    // `$EDITOR` is a shell command, often with options.
    const child = spawn(`${editor} "${file}"`, { shell: true, stdio: 'inherit', env: { ...env } });
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
