import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Anywise, MessageRegistry, type Command, type Contract, type Registrable } from 'anywise';
import { inversify } from 'anywise/inversify';
import { fixed } from 'anywise/testing';
import { Container } from 'inversify';
import { moduleOf } from './examples.js';
import { importPage } from './import-page.js';
import { readPage, workspace } from './pages.js';

type MessageOf<Data> = new (data: Data) => Command;
type Class<T> = new (...args: never[]) => T;

interface Notebook {
  readonly notes: Map<string, object>;
  readonly log: readonly string[];
}

interface DecoratorsPage {
  readonly notes: Contract;
  readonly AddNote: MessageOf<object>;
  readonly GetNote: MessageOf<object>;
  readonly NoteService: Class<object>;
  readonly Notebook: new () => Notebook;
  readonly PlainNotes: new (notebook: Notebook) => object;
  readonly plainNotes: Registrable;
  readonly createBus: () => { readonly anywise: Anywise; readonly notebook: Notebook };
}

interface LegacyPage extends DecoratorsPage {
  readonly NoteQueries: Class<object>;
  readonly bindQueries: (container: Container) => unknown;
}

const path = 'docs/how-to/decorators.md';
const legacy = (await importPage(path)) as LegacyPage;

/** Compiles the page as TypeScript does without `experimentalDecorators`, and runs it. Parameter decorators need these. */
async function importStandardPage(): Promise<DecoratorsPage> {
  const parent = join(workspace, 'e2e/.anywise');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'decorators-'));
  try {
    const { text } = readPage(path);
    const withoutParameters = text.replace(/```ts\nimport \{ inject, injectable \}[^`]*```/, '');
    writeFileSync(join(folder, 'page.ts'), moduleOf({ path, text: withoutParameters }));
    const compilerOptions = {
      experimentalDecorators: false,
      lib: ['ES2023', 'ESNext.Decorators'],
      declaration: false,
      declarationMap: false,
    };
    const tsconfig = { extends: join(workspace, 'tsconfig.base.json'), compilerOptions, files: ['page.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    await promisify(execFile)(join(workspace, 'node_modules/.bin/tsc'), ['-p', folder]);
    return (await import(join(folder, 'page.js'))) as DecoratorsPage;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const note = { noteId: 'n-1', text: 'Buy milk' };

async function tryOut({ createBus, AddNote, GetNote }: DecoratorsPage): Promise<void> {
  const { anywise, notebook } = createBus();
  await anywise.start();
  await anywise.send(new AddNote(note));
  expect(await anywise.send(new GetNote({ noteId: 'n-1' }))).toEqual(note);
  expect(notebook.log).toEqual(['n-1']);
  await anywise.stop();
}

describe('the class of the page', () => {
  it('handles and listens with legacy decorators', async () => {
    await tryOut(legacy);
  });

  it('handles and listens with standard decorators', async () => {
    const standard = await importStandardPage();
    expect(standard).not.toHaveProperty('NoteQueries');
    await tryOut(standard);
  });

  it('gets its dependencies by parameter decorators', async () => {
    const notebook = new legacy.Notebook();
    notebook.notes.set('n-1', note);
    const container = new Container();
    container.bind(legacy.Notebook).toConstantValue(notebook);
    legacy.bindQueries(container);
    const registries = [new MessageRegistry('notes').register(legacy.NoteQueries)];
    const anywise = new Anywise({ name: 'readers', registries, container: inversify(container) });
    await anywise.start();
    expect(await anywise.send(new legacy.GetNote({ noteId: 'n-1' }))).toEqual(note);
    await anywise.stop();
  });

  it('handles and listens without decorators', async () => {
    const notebook = new legacy.Notebook();
    notebook.notes.set('n-1', note);
    const anywise = new Anywise({
      name: 'readers',
      registries: [new MessageRegistry('notes').register(legacy.plainNotes)],
      container: fixed([legacy.PlainNotes, new legacy.PlainNotes(notebook)]),
    });
    await anywise.start();
    expect(await anywise.send(new legacy.GetNote({ noteId: 'n-1' }))).toEqual(note);
    await anywise.stop();
  });
});
