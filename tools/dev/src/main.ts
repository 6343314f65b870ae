// The command `anywise-dev`. What it does not need is not loaded: there is a supervisor for each service.
import { findWorkspace } from './workspace.js';

const usage = `Usage: anywise-dev           runs the service in this folder
       anywise-dev services  runs every service of this workspace; what follows goes to turbo
       anywise-dev all       runs all services of this workspace in one process
       anywise-dev token     prints a bearer token: [user] [--role support]`;

process.exit(await run(process.argv.slice(2)));

async function run([command, ...args]: readonly string[]): Promise<number> {
  const folder = process.cwd();
  switch (command) {
    case undefined: {
      const { serve } = await import('./serve.js');
      return serve(folder);
    }
    case 'services': {
      const { dev } = await import('./dev.js');
      return dev(findWorkspace(folder) ?? folder, args);
    }
    case 'all': {
      const { together } = await import('./together.js');
      return together(findWorkspace(folder) ?? folder);
    }
    case 'token': {
      const { printToken } = await import('./token.js');
      return printToken(args);
    }
    default:
      console.error(usage);
      return 2;
  }
}
