import { parseArgs } from 'node:util';
import { ConfigError, signDevToken } from '@anywise/service';

const usage = 'Usage: pnpm -s dev:token [user] [--role support]';

/** The user whose token is wanted; `undefined` if the arguments are not clear. */
function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options: { role: { type: 'string' } }, allowPositionals: true });
    const [user = 'dev', ...more] = positionals;
    const isClear = more.length === 0 && (values.role ?? 'support') === 'support';
    return isClear ? { user, role: values.role } : undefined;
  } catch {
    return undefined;
  }
}

function refuse(text: string): void {
  console.error(text);
  process.exitCode = 1;
}

const wanted = readArguments();
if (wanted === undefined) refuse(usage);
else {
  try {
    console.log(await signDevToken(wanted));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    refuse(error.message);
  }
}
