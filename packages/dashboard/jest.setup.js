import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import findServers from '@anywise/test-servers/jest';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const variable = 'ANYWISE_TEST_CHROMIUM';

/**
 * The `globalSetup` of these tests: finds PostgreSQL and a Chromium. From here on `ANYWISE_TEST_CHROMIUM` names a browser, or
 * is empty. CI installs one where there is none.
 */
export default async function setUp() {
  await findServers();
  const named = process.env[variable];
  const found = named ?? usual.find((path) => existsSync(path)) ?? installed();
  process.env[variable] = found ?? '';
  if (found !== undefined) return;
  const leftOut = `No Chromium was found: the tests in a browser are left out. Install one, or name it in \`${variable}\`.`;
  if (process.env.ANYWISE_TEST_SERVERS === 'required') throw new Error(leftOut);
  process.stderr.write(`${leftOut}\n`);
}

/** Installs Debian's, where a machine of CI has none. */
function installed() {
  if (process.env.CI === undefined || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  try {
    for (const words of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
      execFileSync('/usr/bin/apt-get', words, {
        stdio: 'ignore',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    }
  } catch {
    return undefined;
  }
  return usual.find((path) => existsSync(path));
}
