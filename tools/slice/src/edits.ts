/** A file's text with the addition; `undefined` if the file does not look as expected. */
export type Edited = string | undefined;

interface ImportStatement {
  readonly text: string;
  readonly index: number;
  readonly from: string;
  /** The imported names as written: `a`, `b as c`, `type D`. `undefined` for any other import. */
  readonly names: readonly string[] | undefined;
}

/** Adds a named import, `a` or `a as b`, in the order of the others. Adds nothing if something else has the name. */
export function withImport(source: string, name: string, from: string): Edited {
  const imports = importsIn(source);
  if (imports.some((found) => found.from === from && found.names?.includes(name) === true)) return source;
  const local = name.replace(/^.* as /, '');
  if (imports.some((found) => binds(found, local)) || declares(source, local)) return undefined;
  const same = imports.find((found) => found.from === from && found.names !== undefined);
  if (same?.names !== undefined) {
    const statement = `import { ${[...same.names, name].join(', ')} } from '${from}';\n`;
    return replace(source, same.index, same.text, statement);
  }
  const line = `import { ${name} } from '${from}';\n`;
  const next = imports.find((found) => isAfter(found.from, from));
  if (next !== undefined) return replace(source, next.index, '', line);
  const last = imports.at(-1);
  return last === undefined ? undefined : replace(source, last.index + last.text.length, '', line);
}

/** Takes out a named import, with its statement if nothing else is imported by it. */
export function withoutImport(source: string, name: string, from: string): Edited {
  const found = importsIn(source).find((each) => each.from === from && each.names?.includes(name) === true);
  if (found?.names === undefined) return source;
  const others = found.names.filter((each) => each !== name);
  const statement = others.length === 0 ? '' : `import { ${others.join(', ')} } from '${from}';\n`;
  return replace(source, found.index, found.text, statement);
}

/** Adds an item to the only list of names or strings between `opening` and `closing`. */
export function withListed(source: string, opening: string, item: string, closing: string): Edited {
  const list = listIn(source, opening, closing);
  if (list === undefined) return undefined;
  if (list.items.includes(item)) return source;
  return replace(source, list.index, list.text, [...list.items, item].join(', '));
}

/** Takes an item out of that list. */
export function withoutListed(source: string, opening: string, item: string, closing: string): Edited {
  const list = listIn(source, opening, closing);
  if (list === undefined) return undefined;
  if (!list.items.includes(item)) return source;
  return replace(source, list.index, list.text, list.items.filter((each) => each !== item).join(', '));
}

/** Adds a package of the workspace to the dependencies of a package.json, in the order of the others. */
export function withDependency(source: string, name: string): Edited {
  return withDependencies(source, (entries) => {
    if (entries.some(([each]) => each === name)) return entries;
    const next = entries.findIndex(([each]) => each > name);
    const at = next === -1 ? entries.length : next;
    return [...entries.slice(0, at), [name, 'workspace:*'], ...entries.slice(at)];
  });
}

/** Takes a package out of the dependencies of a package.json. */
export function withoutDependency(source: string, name: string): Edited {
  return withDependencies(source, (entries) =>
    entries.some(([each]) => each === name) ? entries.filter(([each]) => each !== name) : entries,
  );
}

type Entries = readonly (readonly [name: string, version: unknown])[];

function withDependencies(source: string, change: (entries: Entries) => Entries): Edited {
  const manifest = parsed(source);
  const { dependencies } = manifest ?? {};
  if (typeof dependencies !== 'object' || dependencies === null) return undefined;
  const entries: Entries = Object.entries(dependencies);
  const changed = change(entries);
  if (changed === entries) return source;
  return `${JSON.stringify({ ...manifest, dependencies: Object.fromEntries(changed) }, null, 2)}\n`;
}

function parsed(json: string): { readonly dependencies?: unknown } | undefined {
  try {
    return JSON.parse(json) as { readonly dependencies?: unknown };
  } catch {
    return undefined;
  }
}

/** Adds code before the line that begins with `before`. */
export function withCode(source: string, code: string, before: string): Edited {
  if (source.includes(code)) return source;
  const index = `\n${source}`.indexOf(`\n${before}`);
  return index === -1 ? undefined : replace(source, index, '', `${code}\n`);
}

interface List {
  readonly text: string;
  readonly index: number;
  readonly items: readonly string[];
}

/** The only list of names or strings between `opening` and `closing`. */
function listIn(source: string, opening: string, closing: string): List | undefined {
  const element = String.raw`(?:[\w$]+|'[^'\\\n]*')`;
  const list = new RegExp(
    String.raw`(?<=${escape(opening)})((?:\s*${element}\s*,)*(?:\s*${element})?\s*)(?=${escape(closing)})`,
    'g',
  );
  const [found, ...others] = source.matchAll(list);
  if (found === undefined || others.length > 0) return undefined;
  return { text: found[0], index: found.index, items: found[0].match(new RegExp(element, 'g')) ?? [] };
}

/** The import statements that a file begins with, each with the end of its line. */
function importsIn(source: string): readonly ImportStatement[] {
  const imports: ImportStatement[] = [];
  for (const { 0: text, index } of source.matchAll(/\s+|\/\/.*|\/\*[^]*?\*\/|import\s[^;]*;\n?|[^]+/g)) {
    const [, from] = /^import\s[^;]*?\sfrom '([^'\n]+)';\n$/.exec(text) ?? [];
    if (from === undefined) continue;
    const [, names] = /^import \{([\w$,\s]*)\} from '/.exec(text) ?? [];
    imports.push({ text, index, from, names: names === undefined ? undefined : elementsOf(names) });
  }
  return imports;
}

function elementsOf(list: string): readonly string[] {
  return list
    .split(',')
    .map((each) => each.trim().replace(/\s+/g, ' '))
    .filter((each) => each !== '');
}

/** Whether an import introduces this name. */
function binds({ text }: ImportStatement, name: string): boolean {
  const [, clause = ''] = /^import\s([^;]*)\sfrom '/.exec(text) ?? [];
  const bound: readonly string[] = clause.replace(/\btype\s+(?=[\w${*])|[\w$*]+\s+as\s+/g, '').match(/[\w$]+/g) ?? [];
  return bound.includes(name);
}

/** Whether a file declares this name at its top level. */
function declares(source: string, name: string): boolean {
  const kinds = 'const|let|var|(?:async )?function|(?:abstract )?class|interface|type|enum';
  return new RegExp(String.raw`^(?:export )?(?:declare )?(?:${kinds}) ${escape(name)}(?![\w$])`, 'm').test(source);
}

/** Packages first, then relative paths. */
function isAfter(path: string, other: string): boolean {
  const rank = (each: string) => `${each.startsWith('node:') ? 0 : each.startsWith('.') ? 2 : 1}${each}`;
  return rank(path) > rank(other);
}

function replace(source: string, index: number, old: string, text: string): string {
  return `${source.slice(0, index)}${text}${source.slice(index + old.length)}`;
}

function escape(text: string): string {
  return text.replace(/[()[\]{}.|*+?^$\\]/g, '\\$&');
}
