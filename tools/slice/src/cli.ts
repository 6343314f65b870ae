import { Refusal } from './refusal.js';

/** Runs a command: prints its result or what is wrong, and sets the exit code. */
export async function runCommand(run: () => Promise<string>): Promise<void> {
  try {
    console.log(await run());
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
    process.exitCode = error.exitCode;
  }
}

/** Reads arguments, and refuses unknown ones. */
export function understand<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const { message, code = '' } = error as NodeJS.ErrnoException;
    throw code.startsWith('ERR_PARSE_ARGS') ? misunderstood(message) : error;
  }
}

export function misunderstood(message: string): Refusal {
  return new Refusal(`${message}\n\`--help\` shows how.`, 2);
}
