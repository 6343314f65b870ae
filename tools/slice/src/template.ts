import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { withLf } from './line-ends.js';
import { contractOf, filesIn } from './workspace.js';

/** A file to be written, at its path from the workspace. */
export interface File {
  readonly path: string;
  readonly text: string;
}

const folder = fileURLToPath(new URL('../template', import.meta.url));

/** The slice that every new slice is made from, and its name for one of its things. */
export const sampleSlice = 'sample-things';
export const sampleEntity = 'sample-thing';

/** The slice with one use case of each kind, and their names. */
export const sampleHost = 'sample-cases';
export const sampleUseCases = {
  command: 'sample-command',
  query: 'sample-query',
  on: 'on-sample-event',
  entity: 'sample-item',
  saga: 'sample-process',
  projection: 'sample-list',
} as const;
export type UseCaseKind = keyof typeof sampleUseCases;

/** The files of the sample slice and its contract. They are code of this package: linted, compiled and tested here. */
export function sliceTemplate(): readonly File[] {
  const contract = contractOf(sampleSlice);
  const paths = [...filesIn(folder, `services/${sampleSlice}`), contract, contract.replace(/\.ts$/, '.test.ts')];
  return paths.map(readTemplate);
}

/** The files of one sample use case, all of which have its name in their paths. */
export function useCaseTemplate(kind: UseCaseKind): readonly File[] {
  const paths = filesIn(folder, sampleSource).filter((path) => path.includes(sampleUseCases[kind]));
  return paths.map(readTemplate);
}

/** The folder of the code of the sample use cases. */
export const sampleSource = `services/${sampleHost}/src`;

/** The table of contents of the slice with the sample use cases. */
export function useCaseApp(): File {
  return readTemplate(`${sampleSource}/app.ts`);
}

/** The contract that the sample use cases belong to. */
export function useCaseContract(): File {
  return readTemplate(contractOf(sampleHost));
}

/** Formats what prettier knows, as the workspace at `root` wants it. */
export async function formatted(root: string, { path, text }: File): Promise<File> {
  const filepath = join(root, path);
  const { inferredParser } = await getFileInfo(filepath);
  if (inferredParser === null) return { path, text };
  return { path, text: await format(text, { ...(await resolveConfig(filepath)), filepath }) };
}

function readTemplate(path: string): File {
  return { path, text: withLf(readFileSync(join(folder, path), 'utf8')) };
}
