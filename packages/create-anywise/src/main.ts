// The command `create-anywise`, which `npm create anywise` runs.
import { createWorkspace } from './create.js';
import { Refusal } from './refusal.js';

try {
  console.log(await createWorkspace(process.argv.slice(2), process.cwd()));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
