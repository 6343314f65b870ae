import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Runs the task `dev` of every package until they end or a signal comes, and gives the exit code for that. */
export async function runTurbo(
  workspace: string,
  { args, env }: { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv },
): Promise<number> {
  const child = spawn(
    process.execPath,
    [join(workspace, 'node_modules/turbo/bin/turbo'), 'run', 'dev', '--log-prefix=none', ...args],
    {
      cwd: workspace,
      env,
      stdio: 'inherit',
    },
  );
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      asked.abort();
      child.kill(signal);
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return asked.signal.aborted ? 0 : (code ?? 1);
}
