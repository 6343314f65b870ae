/** A JSON Schema as the lock keeps it: canonical, so that two schemas with the same text take the same data. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a reader takes, and what a writer emits. */
export interface Sides {
  readonly input: Schema;
  readonly output: Schema;
}

/** Words about a schema, which data does not notice. */
const annotations = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
  'readOnly',
  'writeOnly',
]);
const schemasByName = new Set(['properties', 'patternProperties', 'dependentSchemas']);
const data = new Set(['enum', 'const', 'required', 'type']);

/**
 * The canonical form of a JSON Schema: without annotations, with sorted keys, and with every `$ref` replaced by what it refers
 * to. Only what refers to itself stays a reference, by a number.
 */
export function canonical(schema: object): Schema {
  const { $defs = {}, ...rest } = schema as Schema;
  return new Canonical($defs as Readonly<Record<string, unknown>>).root(rest);
}

/** The text of a value, the same whatever the order of its keys. */
export function textOf(value: unknown): string {
  return JSON.stringify(sorted(value));
}

class Canonical {
  readonly #defs: Readonly<Record<string, unknown>>;
  readonly #circular: ReadonlySet<string>;
  readonly #names = new Map<string, string>();
  readonly #done: Record<string, unknown> = {};

  constructor(defs: Readonly<Record<string, unknown>>) {
    this.#defs = defs;
    this.#circular = new Set(Object.keys(defs).filter((name) => reaches(defs, name)));
  }

  root(schema: unknown): Schema {
    const result = this.#schema(schema) as Schema;
    return sorted(this.#names.size === 0 ? result : { ...result, $defs: this.#done }) as Schema;
  }

  #schema(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((item) => this.#schema(item));
    if (typeof schema !== 'object' || schema === null) return schema;
    const { $ref, ...rest } = schema as Schema;
    const own = this.#keywords(rest);
    if (typeof $ref !== 'string') return own;
    const referred = this.#referred($ref);
    // What stands beside a reference holds, too.
    if (Object.keys(own).length === 0) return referred;
    return '$ref' in referred ? { ...own, ...referred } : { ...referred, ...own };
  }

  #keywords(schema: Schema): Record<string, unknown> {
    const kept = Object.entries(schema).filter(([key]) => !annotations.has(key));
    return Object.fromEntries(
      kept.map(([key, value]) => {
        if (data.has(key)) return [key, Array.isArray(value) ? sortedByText(value) : value];
        if (!schemasByName.has(key)) return [key, this.#schema(value)];
        const named = Object.entries(value as Schema).map(([name, item]) => [name, this.#schema(item)] as const);
        return [key, Object.fromEntries(named)];
      }),
    );
  }

  #referred(ref: string): Schema {
    const name = nameIn(ref);
    if (name === undefined || !(name in this.#defs)) return { $ref: ref };
    if (!this.#circular.has(name)) return this.#schema(this.#defs[name]) as Schema;
    const known = this.#names.get(name);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    const number = String(this.#names.size + 1);
    this.#names.set(name, number);
    this.#done[number] = this.#schema(this.#defs[name]);
    return { $ref: `#/$defs/${number}` };
  }
}

/** Whether a definition refers to itself, perhaps through others. */
function reaches(defs: Readonly<Record<string, unknown>>, start: string): boolean {
  const seen = new Set<string>();
  const visit = (name: string): boolean => {
    for (const next of refsIn(defs[name])) {
      if (next === start) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      if (visit(next)) return true;
    }
    return false;
  };
  return visit(start);
}

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    const name = key === '$ref' && typeof item === 'string' ? nameIn(item) : undefined;
    return name === undefined ? refsIn(item) : [name];
  });
}

/** The definition that a reference names. */
export function nameIn(ref: string): string | undefined {
  return /^#\/\$defs\/(.+)$/.exec(ref)?.[1];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]: [string, unknown]) => [key, sorted(item)]));
}

function sortedByText(values: readonly unknown[]): unknown[] {
  const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return [...values].sort(byText);
}
