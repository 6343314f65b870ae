import { isTaken } from './jsoncompat.js';
import { nameIn, textOf, type Schema } from './schema.js';
import { branchesOf, listOf, wordsOf } from './words.js';

/** A place where what is written does not fit what is read. */
export interface Misfit {
  /** The field, such as `data.lines[].price`. */
  readonly at: string;
  readonly why: string;
}

type Definitions = Readonly<Record<string, unknown>>;

/**
 * Where what a writer emits does not fit what a reader takes: the deepest places that can be named. Empty if everything fits.
 * `jsoncompat` decides. It takes a format for a remark, so formats are compared here.
 */
export function misfits(written: Schema, read: Schema, at = 'data'): readonly Misfit[] {
  if (textOf(written) === textOf(read)) return [];
  const search = new Search(definitionsOf(written), definitionsOf(read));
  return search.between(withoutDefinitions(written), withoutDefinitions(read), at);
}

class Search {
  readonly #written: Definitions;
  readonly #read: Definitions;
  /** Pairs of definitions that refer to themselves, and are being compared. */
  readonly #open = new Set<string>();

  constructor(written: Definitions, read: Definitions) {
    this.#written = written;
    this.#read = read;
  }

  between(written: Schema, read: Schema, at: string): readonly Misfit[] {
    return this.#found(written, read, at).map(({ at: place, why }) => ({ at: place, why }));
  }

  #found(written: Schema, read: Schema, at: string): readonly Found[] {
    if (textOf(written) === textOf(read) && !('$ref' in written)) return [];
    if (written.$ref !== undefined || read.$ref !== undefined) {
      const pair = `${textOf(written)} ${textOf(read)}`;
      if (this.#open.has(pair)) return [];
      this.#open.add(pair);
    }
    const [from, to] = [resolve(written, this.#written), resolve(read, this.#read)];
    const parts = this.#parts(from, to, at);
    // Where a part does not fit, the whole does not: no need to ask, which takes long.
    if (parts.some(({ isFormat }) => !isFormat)) return parts;
    if (this.#isTaken(written, read)) return parts;
    return [...parts.filter((part) => part.at !== at), found(at, whyNot(from, to))];
  }

  #isTaken(written: Schema, read: Schema): boolean {
    return isTaken({ ...written, $defs: this.#written }, { ...read, $defs: this.#read });
  }

  #parts(from: Schema, to: Schema, at: string): readonly Found[] {
    const branches = branchesOf(from);
    if (branches !== undefined) return branches.flatMap((branch) => this.#found(branch, to, at));
    const readers = branchesOf(to);
    if (readers !== undefined) return this.#inUnion(from, readers, at);
    return [
      ...formatOf(from, to, at),
      ...requiredIn(from, to, at),
      ...this.#fields(from, to, at),
      ...this.#items(from, to, at),
    ];
  }

  /** What is written must fit one alternative of the reader: the misfits with the one that is nearest. */
  #inUnion(from: Schema, readers: readonly Schema[], at: string): readonly Found[] {
    const tried = readers.map((reader) => this.#found(from, reader, at));
    if (tried.some((found) => found.length === 0)) return [];
    const alike = tried.filter((_found, index) => isAlike(from, resolve(readers[index] ?? {}, this.#read)));
    const [nearest] = alike.length > 0 ? alike : tried;
    return alike.length === 1 || tried.length === 1 ? (nearest ?? []) : [];
  }

  #fields(from: Schema, to: Schema, at: string): readonly Found[] {
    const [written, read] = [fieldsOf(from), fieldsOf(to)];
    return Object.entries(written).flatMap(([name, schema]) => {
      const reader = read[name];
      if (reader !== undefined) return this.#found(schema, reader, `${at}.${name}`);
      const others = to.additionalProperties;
      if (others === false) return [found(`${at}.${name}`, 'is written, but the reader refuses unknown fields')];
      return isSchema(others) ? this.#found(schema, others, `${at}.${name}`) : [];
    });
  }

  #items(from: Schema, to: Schema, at: string): readonly Found[] {
    const found = isSchema(from.items) && isSchema(to.items) ? this.#found(from.items, to.items, `${at}[]`) : [];
    const [written, read] = [from.additionalProperties, to.additionalProperties];
    const values = isSchema(written) && isSchema(read) ? this.#found(written, read, `${at}.*`) : [];
    const [first, second] = [from.prefixItems, to.prefixItems];
    if (!Array.isArray(first) || !Array.isArray(second)) return [...found, ...values];
    const places = first.flatMap((item: Schema, index) => {
      const reader = second[index] as Schema | undefined;
      return reader === undefined ? [] : this.#found(item, reader, `${at}[${index}]`);
    });
    return [...found, ...values, ...places];
  }
}

interface Found extends Misfit {
  /** Whether only a format does not fit, which JSON Schema takes for a remark. */
  readonly isFormat: boolean;
}

function found(at: string, why: string, isFormat = false): Found {
  return { at, why, isFormat };
}

function formatOf(from: Schema, to: Schema, at: string): Found[] {
  if (to.format === undefined || to.format === from.format || 'const' in from || 'enum' in from) return [];
  return [found(at, `the reader takes only the format ${textOf(to.format)}`, true)];
}

function requiredIn(from: Schema, to: Schema, at: string): Found[] {
  const [written, read] = [from.required ?? [], to.required ?? []] as [readonly string[], readonly string[]];
  const missing = read.filter((name) => !written.includes(name));
  return missing.map((name) =>
    found(
      `${at}.${name}`,
      name in fieldsOf(from)
        ? 'the reader needs it, but it may be left out'
        : 'the reader needs it, but it is not written',
    ),
  );
}

function whyNot(from: Schema, to: Schema): string {
  const [written, read] = [valuesOf(from), valuesOf(to)];
  if (written !== undefined && read !== undefined) {
    const taken = new Set(read.map(textOf));
    return `the reader does not know ${listOf(written.filter((value) => !taken.has(textOf(value))))}`;
  }
  return `${wordsOf(from)} is written, but ${wordsOf(to)} is read`;
}

function valuesOf(schema: Schema): readonly unknown[] | undefined {
  return 'const' in schema ? [schema.const] : (schema.enum as readonly unknown[] | undefined);
}

/** Whether two schemas are meant for the same thing: the same type, and the same mark in a union of objects. */
function isAlike(a: Schema, b: Schema): boolean {
  if (a.type !== b.type) return false;
  const marks = Object.entries(fieldsOf(a)).filter(([, field]) => 'const' in field);
  return marks.every(([name, field]) => {
    const other = fieldsOf(b)[name];
    return other === undefined || !('const' in other) || textOf(other.const) === textOf(field.const);
  });
}

function fieldsOf(schema: Schema): Readonly<Record<string, Schema>> {
  return (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function resolve(schema: Schema, defs: Definitions): Schema {
  const name = typeof schema.$ref === 'string' ? nameIn(schema.$ref) : undefined;
  return name === undefined ? schema : ((defs[name] ?? {}) as Schema);
}

function definitionsOf(schema: Schema): Definitions {
  return (schema.$defs ?? {}) as Definitions;
}

function withoutDefinitions(schema: Schema): Schema {
  const { $defs: _definitions, ...rest } = schema;
  return rest;
}
