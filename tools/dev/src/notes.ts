import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The variable that names the folder of notes. */
export const notesVariable = 'ANYWISE_DEV_NOTES';

/** What the processes of one `pnpm dev` tell each other. */
export interface Notes {
  /** The process that the service runs in now. */
  setPid(slice: string, pid: number): void;
  pidOf(slice: string): number | undefined;
  /** Why the service was given up. */
  setProblem(slice: string, problem: string): void;
  problems(): ReadonlyMap<string, string>;
}

/** Makes an empty folder of notes for one run. */
export function createNotesFolder(): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-dev-'));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Opens a folder of notes. Without one, nothing is noted: that is how a supervisor runs on its own. */
export function openNotes(folder: string | undefined): Notes {
  const read = (file: string) => {
    try {
      return folder === undefined ? undefined : readFileSync(join(folder, file), 'utf8');
    } catch {
      return undefined;
    }
  };
  const write = (file: string, text: string) => {
    if (folder === undefined) return;
    try {
      // In one step, so that no process reads half a note.
      writeFileSync(join(folder, `.${file}`), text);
      renameSync(join(folder, `.${file}`), join(folder, file));
    } catch {
      // The run is over.
    }
  };
  return {
    setPid: (slice, pid) => write(`${slice}.pid`, String(pid)),
    pidOf(slice) {
      const text = read(`${slice}.pid`);
      return text === undefined ? undefined : Number(text);
    },
    setProblem: (slice, problem) => write(`${slice}.problem`, problem),
    problems() {
      const files = folder === undefined ? [] : readdirSync(folder).filter((file) => /^[^.].*\.problem$/.test(file));
      return new Map(files.sort().map((file) => [file.slice(0, -'.problem'.length), read(file) ?? '']));
    },
  };
}
