import { parseArgs } from 'node:util';
import { misunderstood, understand } from './cli.js';
import { describeAddition } from './file-edits.js';
import { writeEdits, writeNew } from './files.js';
import { planUseCase, type UseCase } from './use-case.js';
import { pnpmCommand } from './workspace.js';

export interface NewUseCaseOptions {
  /** The workspace. */
  readonly root: string;
}

const help = `pnpm new:use-case <slice> <name> --command | --query | --on <event> [--dry-run]

Makes a use case in a slice: services/<slice>/src/<name>, with a test. Declares its message in the slice's contract,
and lists it in src/app.ts.

  --command      something to be done: refund-payment
  --query        something to be asked: find-receipt
  --on <event>   something to listen to, by its wire name: orders.order-placed
  --dry-run      says what would be done and writes nothing
  --help         shows this`;

/** Makes a use case as the arguments say, and returns what to print. @throws Refusal */
export async function newUseCase(args: readonly string[], { root }: NewUseCaseOptions): Promise<string> {
  const { values, positionals } = understand(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        command: { type: 'boolean' },
        query: { type: 'boolean' },
        on: { type: 'string' },
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  );
  if (values.help === true) return help;
  const useCase = readUseCase(positionals, values);
  const { missing, same, edits } = await planUseCase(root, useCase);
  const title = `\`${useCase.name}\` in \`${useCase.slice}\``;
  if (missing.length === 0 && edits.length === 0) return `${title} exists already, as generated.`;

  const list = [...missing, ...same].map((file) => `  ${missing.includes(file) ? 'new ' : 'same'}  ${file.path}`);
  const lines = ['', ...list, ...edits.flatMap(describeAddition)];
  if (values['dry-run'] === true) return [`This would make ${title}:`, ...lines, '', 'Nothing was written.'].join('\n');

  writeNew(root, missing);
  writeEdits(root, edits);
  const test = `${pnpmCommand(root)} test --filter=@anywise/${useCase.slice}`;
  return [`${title}:`, ...lines, '', `Next: write what it does, and run ${test}`].join('\n');
}

function readUseCase(
  [slice, name, ...others]: readonly string[],
  { command, query, on }: { command?: boolean; query?: boolean; on?: string },
): UseCase {
  if (slice === undefined || name === undefined) {
    throw misunderstood('Give a slice and a name: `pnpm new:use-case payments refund-payment --command`.');
  }
  if (others.length > 0) throw misunderstood(`One use case at a time: what is \`${others.join(' ')}\`?`);
  const kinds = [command === true, query === true, on !== undefined];
  if (kinds.filter(Boolean).length !== 1) throw misunderstood('Give one of `--command`, `--query` and `--on <event>`.');
  if (on !== undefined) return { slice, name, kind: 'on', event: on };
  return { slice, name, kind: command === true ? 'command' : 'query' };
}
