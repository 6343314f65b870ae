import { ConfigError, portVariable, readConfig } from '@anywise/service/config';
import { announce } from './announce.js';
import { WorkspaceCatalog } from './catalog.js';
import { dashboardPort } from './dashboard.js';
import { withFreePorts } from './free-ports.js';
import { createNotesFolder, notesVariable, openNotes } from './notes.js';
import { composeProblems, portProblem, portProblems, type Endpoint } from './problems.js';
import { runTurbo } from './turbo.js';
import { findManifests } from './workspace.js';

/** Runs every service of a workspace until Ctrl-C, and returns the exit code. */
export async function dev(workspace: string, args: readonly string[]): Promise<number> {
  const { endpoints, wrong } = readEndpoints(workspace);
  // The arguments may make turbo run only some of the services.
  const problems = args.length === 0 ? [...wrong, ...(await portProblems(endpoints))] : [];
  if (problems.length > 0) return fail(problems);
  for (const { slice, port } of await withFreePorts(endpoints)) process.env[portVariable(slice)] = String(port);

  using notes = createNotesFolder();
  await using catalog = new WorkspaceCatalog(workspace);
  const running = runTurbo(workspace, { args, env: { ...process.env, [notesVariable]: notes.folder } });
  if (args.length === 0) void announce(workspace, openNotes(notes.folder), catalog);
  const code = await running;
  const given = [...openNotes(notes.folder).problems()].map(async ([slice, said]) => {
    const endpoint = endpoints.find((each) => each.slice === slice);
    return (endpoint && (await portProblem(endpoint))) ?? `${slice}: ${said}`;
  });
  return given.length > 0 ? fail(await Promise.all(given)) : code;
}

function fail(problems: readonly string[]): number {
  process.stderr.write(composeProblems(problems));
  return 1;
}

/** Where the services and the dashboard will listen, and what is wrong with their configuration, each variable once. */
function readEndpoints(workspace: string): {
  readonly endpoints: readonly Endpoint[];
  readonly wrong: readonly string[];
} {
  const endpoints: Endpoint[] = [];
  const wrong = new Set<string>();
  const page = dashboardPort(process.env);
  if (page === undefined) wrong.add('`DASHBOARD_PORT` is not a port: set it to an integer from 0 to 65535.');
  else endpoints.push({ slice: 'dashboard', host: '127.0.0.1', port: page });
  for (const manifest of findManifests(workspace)) {
    try {
      endpoints.push(readConfig(manifest));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.message.split('\n')) wrong.add(problem);
    }
  }
  return { endpoints, wrong: [...wrong] };
}
