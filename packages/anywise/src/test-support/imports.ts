import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the source. */
export const src = resolve(dirname(fileURLToPath(import.meta.url)), '..');

export interface Import {
  /** A package's name, or a file, seen from `src`. */
  readonly what: string;
  readonly isFile: boolean;
  /** Whether it is loaded by `import()`, and not with the file that names it. */
  readonly isLazy: boolean;
}

const importPattern = /(?:^|\n)(?:import|export)\s(?:[^;']*?from\s+)?'([^']+)'|import\('([^']+)'\)/g;

/** What a source file imports, types included: they reach users as declarations. */
export function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(importPattern)].map(([, fixed, lazy]) => {
    const name = String(fixed ?? lazy);
    const isFile = name.startsWith('.');
    const target = relative(src, resolve(src, dirname(file), name.replace(/\.js$/, '.ts')));
    return { what: isFile ? target : name, isFile, isLazy: lazy !== undefined };
  });
}

/** Every source file but tests and what only they need, seen from `src`. */
export function sourceFiles(): readonly string[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
  return files.filter(
    (file) => file.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(file) && !file.startsWith('test-support/'),
  );
}

/** Which of these files imports which. */
export function importGraph(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    files.map((file) => [file, importsOf(file).flatMap(({ what, isFile }) => (isFile ? [what] : []))] as const),
  );
}

/** The groups of nodes that reach each other, by Tarjan's algorithm: https://doi.org/10.1137/0201010 */
export function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (node: string): number => {
    const own = order.size;
    order.set(node, own);
    stack.push(node);
    let lowest = own;
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, Number(order.get(next)));
    }
    if (lowest === own) {
      const group = stack.splice(stack.indexOf(node));
      if (group.length > 1) cycles.push(group.sort());
    }
    return lowest;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return cycles;
}
