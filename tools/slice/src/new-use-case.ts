import { parseArgs } from 'node:util';
import { misunderstood, understand } from './cli.js';
import { describeAddition } from './file-edits.js';
import { writeEdits, writeNew } from './files.js';
import { planUseCase, type UseCase } from './use-case.js';
import { packageOf } from './scope.js';
import { pnpmCommand } from './workspace.js';

export interface NewUseCaseOptions {
  /** The workspace. */
  readonly root: string;
}

const help = `pnpm new:use-case <slice> <name> <kind> [--dry-run]

Makes a use case in a slice: in services/<slice>/src, with a test. Declares its messages in the slice's contract,
and lists it in src/app.ts.

  --command      something to be done: refund-payment
  --query        something to be asked: find-receipt
  --on <event>   something to listen to, by its wire name: orders.order-placed
  --entity       something whose events are its record: parcel. It can be created, completed and read
  --projection   a table of what happened to an entity of the slice: parcel-list
  --saga         something that waits for events and for the clock: delivery

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
        entity: { type: 'boolean' },
        projection: { type: 'boolean' },
        saga: { type: 'boolean' },
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
  const test = `${pnpmCommand(root)} test --filter=${packageOf(root, useCase.slice)}`;
  return [`${title}:`, ...lines, '', `Next: write what it does, and run ${test}`].join('\n');
}

const kinds = ['command', 'query', 'on', 'entity', 'projection', 'saga'] as const;
const flags = kinds.map((kind) => `\`--${kind}${kind === 'on' ? ' <event>' : ''}\``);
const anyFlag = `${flags.slice(0, -1).join(', ')} and ${flags.at(-1)}`;

function readUseCase(
  [slice, name, ...others]: readonly string[],
  given: Readonly<Partial<Record<(typeof kinds)[number], boolean | string>>>,
): UseCase {
  if (slice === undefined || name === undefined) {
    throw misunderstood('Give a slice and a name: `pnpm new:use-case payments refund-payment --command`.');
  }
  if (others.length > 0) throw misunderstood(`One use case at a time: what is \`${others.join(' ')}\`?`);
  const [kind, ...more] = kinds.filter((each) => given[each] !== undefined);
  if (kind === undefined || more.length > 0) throw misunderstood(`Give one of ${anyFlag}.`);
  return kind === 'on' ? { slice, name, kind, event: String(given.on) } : { slice, name, kind };
}
