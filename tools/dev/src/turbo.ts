import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workspace } from './workspace.js';

const turbo = fileURLToPath(new URL('../../../node_modules/turbo/bin/turbo', import.meta.url));

/** Runs the task `dev` of every package until they end or somebody asks for it, and gives the exit code for that. */
export async function runTurbo(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, [turbo, 'run', 'dev', '--log-prefix=none', ...args], {
    cwd: workspace,
    env,
    stdio: 'inherit',
  });
  let isAsked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      isAsked = true;
      child.kill(signal);
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return isAsked ? 0 : (code ?? 1);
}
