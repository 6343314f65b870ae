import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { inFolder, writeFiles } from './folder.js';
import { blocksOf, workspace, type Block, type Page } from './pages.js';

/**
 * The TypeScript of a page as one module, each line where it is on the page, so that the compiler's line numbers are the
 * page's.
 *
 * Blocks may be whole files, to be copied, so repeated imports are dropped, and so are imports of what the page declares.
 * Relative imports start from the file that the block's first line names. What quotes a file is compiled there, not here.
 */
export function moduleOf(page: Page): string {
  const lines = page.text.split('\n').map(() => '');
  for (const block of blocksOf(page).filter(isCompiled)) {
    for (const [index, line] of rooted(block).entries()) lines[block.line - 1 + index] = line;
  }
  return `${withoutDuplicates(lines.join('\n'))}\nexport {};\n`;
}

/** What is wrong with the TypeScript of the pages: the page, the line, and what the compiler says. */
export async function compileExamples(pages: readonly Page[]): Promise<readonly string[]> {
  const byFile = new Map(pages.map((page) => [`${page.path.replaceAll('/', '~')}.ts`, page]));
  const errors = await compileFiles(new Map([...byFile].map(([file, page]) => [file, moduleOf(page)])));
  return errors.map((error) => {
    const [file = '', ...rest] = error.split(':');
    return [byFile.get(file)?.path ?? file, ...rest].join(':');
  });
}

/** What is wrong with TypeScript files, given by their paths: the path, the line, and what the compiler says. */
export async function compileFiles(files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  return inFolder(async (folder) => {
    writeFiles(folder, files);
    const tsconfig = {
      extends: join(workspace, 'tsconfig.base.json'),
      compilerOptions: { noEmit: true },
      files: [...files.keys()],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    const output = await compile(folder);
    // Indented lines explain the one before.
    const errors = output.split('\n').filter((line) => /^\S/.test(line));
    return errors.map((error) => error.replace(/^(\S+)\((\d+),(\d+)\): error/, '$1:$2:$3'));
  });
}

function isCompiled({ language, mark, file }: Block): boolean {
  const isQuotation = mark === '' && file !== undefined;
  return language === 'ts' && mark !== 'wrong' && !isQuotation;
}

function rooted({ file, lines }: Block): readonly string[] {
  if (file === undefined) return lines;
  return lines.map((line) =>
    line.replace(
      /from '(\.{1,2}\/[^']+)'/,
      (_whole, path: string) => `from '${resolve(workspace, dirname(file), path)}'`,
    ),
  );
}

function withoutDuplicates(module: string): string {
  const declared = new Set(
    [...module.matchAll(/^(?:export )?(?:abstract |async )?(?:class|function|const|let|interface|type) (\w+)/gm)].map(
      ([, name]) => name,
    ),
  );
  const asValues = new Set(
    [...module.matchAll(importsPattern)].flatMap(([, type, names = '', source = '']) =>
      type === undefined ? namesIn(names).map((name) => identityOf(name, source)) : [],
    ),
  );
  const imported = new Set<string>();
  return module.replace(importsPattern, (whole, type: string | undefined, names: string, source: string) => {
    const left = namesIn(names).filter((name) => {
      const identity = identityOf(name, source);
      const isElsewhere = imported.has(identity) || (type !== undefined && asValues.has(identity));
      if (isElsewhere || declared.has(localOf(name))) return false;
      imported.add(identity);
      return true;
    });
    const height = '\n'.repeat(whole.split('\n').length - 1);
    return left.length === 0 ? height : `import ${type ?? ''}{ ${left.join(', ')} } from '${source}';${height}`;
  });
}

const importsPattern = /^import (type )?\{([^}]*)\} from '([^']+)';$/gm;

function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The name that an import gives to what it imports. */
function localOf(name: string): string {
  return name.replace(/^type /, '').replace(/^.* as /, '');
}

function identityOf(name: string, source: string): string {
  return `${localOf(name)} ${source}`;
}

function compile(folder: string): Promise<string> {
  const tsc = join(workspace, 'node_modules/.bin/tsc');
  return new Promise((done, reject) => {
    execFile(tsc, ['-p', folder, '--pretty', 'false'], { cwd: folder }, (error, stdout, stderr) => {
      // If the compiler says nothing, it did not run.
      if (error !== null && stdout === '') reject(new Error(`tsc failed: ${stderr}`, { cause: error }));
      else done(stdout);
    });
  });
}
