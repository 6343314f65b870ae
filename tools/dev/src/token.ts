import { ConfigError, readAuthSecret, signToken } from '@anywise/service';

const [user = 'dev'] = process.argv.slice(2);
try {
  console.log(await signToken({ user, secret: readAuthSecret(), expiresInSeconds: 12 * 60 * 60 }));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
