import { expect, it } from '@jest/globals';
import { withoutDriver } from './client.js';

const adviceOn = (cause: Error): string => withoutDriver(cause).message.replace(process.version, '<version>');

it.each(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])('a driver that is not there is to be installed: %s', (code) => {
  expect(adviceOn(Object.assign(new Error('Cannot find it'), { code }))).toMatchInlineSnapshot(
    `"Node <version> has no SQLite that is safe for several processes. Install \`@photostructure/sqlite\`."`,
  );
});

it('a driver that cannot be loaded is there, and the error says what fails', () => {
  expect(adviceOn(new Error('No native build was found'))).toMatchInlineSnapshot(
    `"Node <version> has no SQLite that is safe for several processes. \`@photostructure/sqlite\` is there, but cannot be loaded (No native build was found). It has a native part: leave it out of bundles (\`--external:@photostructure/sqlite\`), and install it on the system that runs it."`,
  );
});
