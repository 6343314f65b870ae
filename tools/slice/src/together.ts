import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withDependency, withoutDependency, withoutImport, withoutListed } from './edits.js';
import { edit, imported, listed, type FileEdit, type Step } from './file-edits.js';
import { spell } from './words.js';
import { packageOf } from './scope.js';
import { all } from './workspace.js';

/** Adds a slice to the process that runs them all, or takes it out. Nothing in a workspace without that process. */
export async function editTogether(
  root: string,
  slice: string,
  purpose: 'add' | 'remove',
): Promise<readonly FileEdit[]> {
  const names = namesOf(slice, packageOf(root, slice));
  const steps = purpose === 'add' ? toAdd(names) : toRemove(names);
  const files = Object.entries(steps).filter(([path]) => existsSync(join(root, path)));
  const edits = await Promise.all(files.map(([path, ofFile]) => edit(root, path, ofFile)));
  return edits.filter(({ lines }) => lines.length > 0);
}

type StepsByFile = Readonly<Record<string, readonly Step[]>>;

const manifest = `${all}/package.json`;
const main = `${all}/src/main.ts`;
const [opening, closing] = ['runTogether([', '])'] as const;

function toAdd({ app, from, name, line, camel }: Names): StepsByFile {
  return {
    [manifest]: [{ line, apply: (source) => withDependency(source, name) }],
    [main]: [imported(app, from), listed(opening, camel, closing)],
  };
}

function toRemove({ app, from, name, line, camel }: Names): StepsByFile {
  return {
    [manifest]: [{ line, apply: (source) => withoutDependency(source, name) }],
    [main]: [
      { line: imported(app, from).line, apply: (source) => withoutImport(source, app, from) },
      { line: listed(opening, camel, closing).line, apply: (source) => withoutListed(source, opening, camel, closing) },
    ],
  };
}

type Names = ReturnType<typeof namesOf>;

function namesOf(slice: string, name: string) {
  const { camel } = spell(slice);
  return { name, camel, from: `${name}/app`, app: `app as ${camel}`, line: `"${name}": "workspace:*"` };
}
