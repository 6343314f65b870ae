import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { evaluate, parse } from '@humanwhocodes/momoa';

/**
 * An alias such as `#pay` or `@pay/*`. What `*` matches is inserted into the targets.
 * @typedef {{ pattern: string, targets: { specifier: string, base?: string }[] }} Alias
 */

/** @typedef {{ [key: string]: unknown }} Fields */

const dependencyFields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

/**
 * The reader checks the disk on each call, and reads changed files again.
 */
export function createAliasReader() {
  /** @type {Map<string, { stamp: string, fields: Fields }>} */
  const cache = new Map();

  /**
   * The aliases that the code of a package can use, from its package.json and its TypeScript configurations.
   * @param {string} dir
   * @returns {Alias[]}
   */
  return function readAliases(dir) {
    const configurations = list(dir).filter((file) => /^[jt]sconfig(\..+)?\.json$/.test(file));
    return [
      ...manifestAliases(dir, readFields(join(dir, 'package.json'))),
      ...configurations.flatMap((file) => pathAliases(join(dir, file), new Set())),
    ];
  };

  /**
   * @param {string} file
   * @param {Set<string>} seen
   * @returns {Alias[]}
   */
  function pathAliases(file, seen) {
    if (seen.has(file)) return [];
    seen.add(file);
    const fields = readFields(file);
    const { paths, baseUrl } = fieldsOf(fields['compilerOptions']);
    const dir = resolve(dirname(file), typeof baseUrl === 'string' ? baseUrl : '.');
    const base = pathToFileURL(`${dir}/`).href;
    return [
      ...Object.entries(fieldsOf(paths)).map(([pattern, targets]) => ({
        pattern,
        targets: stringsOf(targets).map((specifier) => ({ specifier, base })),
      })),
      ...(baseUrl === undefined ? [] : [{ pattern: '*', targets: [{ specifier: '*', base }] }]),
      ...stringsOf(fields['extends']).flatMap((parent) => pathAliases(resolveParent(file, parent), seen)),
    ];
  }

  /**
   * @param {string} file
   * @returns {Fields}
   */
  function readFields(file) {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats?.isFile()) return {};
    const stamp = `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
    const cached = cache.get(file);
    if (cached?.stamp === stamp) return cached.fields;
    const fields = parseFields(file);
    cache.set(file, { stamp, fields });
    return fields;
  }
}

/**
 * Applies an alias to a specifier.
 * @param {Alias} alias
 * @param {string} specifier
 */
export function expand({ pattern, targets }, specifier) {
  const [start = '', end] = pattern.split('*');
  if (end === undefined && specifier !== pattern) return [];
  if (end !== undefined && !(specifier.startsWith(start) && specifier.endsWith(end))) return [];
  const rest = specifier.slice(start.length, specifier.length - (end ?? '').length);
  return targets.map((target) => ({ ...target, specifier: target.specifier.replaceAll('*', () => rest) }));
}

/**
 * The package or path that a dependency names in place of a version: `npm:a@1`, `workspace:a@*`, `link:../a`.
 * @param {string} version
 * @param {string} base The manifest, as a URL.
 */
export function readVersion(version, base) {
  const [, protocol, rest = version] = /^(npm|workspace|link|file|portal):(.*)$/.exec(version) ?? [];
  if (/^(link|file|portal)$/.test(protocol ?? '') || /^\.{0,2}\//.test(rest)) return { specifier: rest, base };
  const [, name] = /^(@?[^@]+)@/.exec(rest) ?? [];
  return protocol && (name || /^[@a-z]/.test(rest)) ? { specifier: name ?? rest } : undefined;
}

/**
 * @param {string} dir
 * @param {Fields} manifest
 * @returns {Alias[]}
 */
function manifestAliases(dir, manifest) {
  const base = pathToFileURL(join(dir, 'package.json')).href;
  const dependencies = dependencyFields.flatMap((field) => Object.entries(fieldsOf(manifest[field])));
  return [
    ...Object.entries(fieldsOf(manifest['imports'])).map(([pattern, target]) => ({
      pattern,
      targets: stringsOf(target).map((specifier) => (specifier.startsWith('.') ? { specifier, base } : { specifier })),
    })),
    ...dependencies.flatMap(([name, version]) => {
      const target = readVersion(String(version), base);
      if (!target || target.specifier === name) return [];
      const inside = { ...target, specifier: `${target.specifier}/*` };
      return [
        { pattern: name, targets: [target] },
        { pattern: `${name}/*`, targets: [inside] },
      ];
    }),
  ];
}

/**
 * Mistakes in these files are left to the tools that own them.
 * @param {string} file
 */
function parseFields(file) {
  try {
    return fieldsOf(evaluate(parse(readFileSync(file, 'utf8'), { mode: 'jsonc', allowTrailingCommas: true })));
  } catch {
    return {};
  }
}

/**
 * @param {string} file
 * @param {string} parent
 */
function resolveParent(file, parent) {
  const path = /^\.{0,2}\//.test(parent) ? resolve(dirname(file), parent) : join(dirname(file), 'node_modules', parent);
  return path.endsWith('.json') ? path : `${path}.json`;
}

/**
 * @param {unknown} value
 * @returns {Fields}
 */
function fieldsOf(value) {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/**
 * All strings in a value, at any depth.
 * @param {unknown} value
 * @returns {string[]}
 */
function stringsOf(value) {
  if (typeof value === 'string') return [value];
  return Object.values(fieldsOf(value)).flatMap(stringsOf);
}

/** @param {string} dir */
function list(dir) {
  return statSync(dir, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(dir) : [];
}
