import { ConfigError, signDevToken } from '@anywise/service';

const [user = 'dev'] = process.argv.slice(2);
try {
  console.log(await signDevToken(user));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
