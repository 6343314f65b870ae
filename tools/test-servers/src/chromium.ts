import { existsSync } from 'node:fs';

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a browser is: what `ANYWISE_TEST_CHROMIUM` names, or one that is installed; `undefined` where there is none. */
export const chromiumPath = process.env.ANYWISE_TEST_CHROMIUM ?? installed.find((path) => existsSync(path));

/** Why tests in a browser are left out, for their titles; empty if they are not. */
export const withoutChromium =
  chromiumPath === undefined ? ' (left out: no Chromium here; name one in ANYWISE_TEST_CHROMIUM)' : '';
