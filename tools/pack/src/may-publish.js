// `npm publish` and `pnpm publish` run this before anything else.
import process from 'node:process';
import { findRepository, noRepository } from './repository.js';
import { findWorkspace } from './workspace.js';

if (findRepository(findWorkspace(process.cwd()).root, process.env) === undefined) {
  process.stderr.write(`${noRepository}\n`);
  process.exitCode = 1;
}
