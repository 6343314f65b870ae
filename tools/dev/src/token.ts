import { parseArgs } from 'node:util';
import { ConfigError, signDevToken } from '@anywise/service';

const usage = 'Usage: pnpm --silent dev:token [user] [--role support]';

/** Prints a bearer token for the user that the arguments name, and returns the exit code. */
export async function printToken(args: readonly string[]): Promise<number> {
  const wanted = readArguments(args);
  if (wanted === undefined) {
    console.error(usage);
    return 1;
  }
  try {
    console.log(await signDevToken(wanted));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 1;
  }
}

/** The user whose token is wanted; `undefined` if the arguments are not clear. */
function readArguments(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { role: { type: 'string' } },
      allowPositionals: true,
    });
    const [user = 'dev', ...more] = positionals;
    const isClear = more.length === 0 && (values.role ?? 'support') === 'support';
    return isClear ? { user, role: values.role } : undefined;
  } catch {
    return undefined;
  }
}
