// `pnpm dev`: checks that the services can start, has turbo run them, and ends with what went wrong.
import { ConfigError, readConfig } from '@anywise/service/config';
import { createNotesFolder, notesVariable, openNotes } from './notes.js';
import { composeProblems, portProblem, portProblems, type Endpoint } from './problems.js';
import { runTurbo } from './turbo.js';
import { findManifests, workspace } from './workspace.js';

process.exit(await dev(process.argv.slice(2)));

async function dev(args: readonly string[]): Promise<number> {
  const { endpoints, wrong } = readEndpoints();
  // The arguments may make turbo run only some of the services.
  const problems = args.length === 0 ? [...wrong, ...(await portProblems(endpoints))] : [];
  if (problems.length > 0) return fail(problems);

  using notes = createNotesFolder();
  const code = await runTurbo(args, { ...process.env, [notesVariable]: notes.folder });
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

/** Where the services will listen, and what is wrong with their configuration, each variable once. */
function readEndpoints(): { readonly endpoints: readonly Endpoint[]; readonly wrong: readonly string[] } {
  const endpoints: Endpoint[] = [];
  const wrong = new Set<string>();
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
