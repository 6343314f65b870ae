/** Text that was added to a file, or `undefined` where the file does not look as expected. */
export type Edited = string | undefined;

/** Adds a named import, in the order of the others. */
export function withImport(source: string, name: string, from: string): Edited {
  const imports = [...source.matchAll(/^import [^;]*? from '([^']+)';\n/gm)];
  const same = imports.find((found) => found[1] === from && /^import \{[^}]*\}/.test(found[0]));
  if (same !== undefined) {
    if (namesIn(same[0]).has(name)) return source;
    return source.replace(same[0], () => same[0].replace(/,?\s*\} from/, `, ${name} } from`));
  }
  const line = `import { ${name} } from '${from}';\n`;
  const next = imports.find(([, path = '']) => isAfter(path, from));
  if (next !== undefined) return insert(source, next.index, line);
  const last = imports.at(-1);
  return last === undefined ? undefined : insert(source, last.index + last[0].length, line);
}

/** Adds an item to the one list of names, or of texts, between `opening` and `closing`. */
export function withListed(source: string, opening: string, item: string, closing: string): Edited {
  const list = new RegExp(
    `(${escape(opening)})((?:\\s*(?:[\\w$]+|'[^'\\n]*')\\s*,)*(?:\\s*(?:[\\w$]+|'[^'\\n]*'))?\\s*)(${escape(closing)})`,
    'g',
  );
  const [found, ...others] = source.matchAll(list);
  if (found === undefined || others.length > 0) return undefined;
  const [whole, before = '', items = '', after = ''] = found;
  const listed = items
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (listed.includes(item)) return source;
  return source.replace(whole, () => `${before}${[...listed, item].join(', ')}${after}`);
}

/** Adds code in front of the line that begins with `before`. */
export function withCode(source: string, code: string, before: string): Edited {
  if (source.includes(code)) return source;
  const index = source.indexOf(`\n${before}`);
  return index === -1 ? undefined : insert(source, index + 1, `${code}\n`);
}

/** Packages first, then what is beside the file. */
function isAfter(path: string, other: string): boolean {
  const rank = (each: string) => `${each.startsWith('node:') ? 0 : each.startsWith('.') ? 2 : 1}${each}`;
  return rank(path) > rank(other);
}

function namesIn(statement: string): ReadonlySet<string> {
  return new Set(statement.match(/[\w$]+/g));
}

function insert(source: string, index: number, text: string): string {
  return `${source.slice(0, index)}${text}${source.slice(index)}`;
}

function escape(text: string): string {
  return text.replace(/[()[\]{}.|*+?^$\\]/g, '\\$&');
}
