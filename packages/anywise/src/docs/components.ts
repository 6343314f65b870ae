import { freeName, seeSchema, mapRefs, type JsonSchema, type JsonSchemaOptions } from './json-schema.js';
import type { Typed } from '../core/message/schema.js';

/** A reference to a schema of a document. */
export interface Reference {
  readonly $ref: string;
}

/** The schemas of one document, each once, under `#/components/schemas`. */
export class Components {
  readonly schemas: Record<string, JsonSchema> = {};
  readonly #options: JsonSchemaOptions;
  readonly #names = new Map<string, string>();

  constructor(options: JsonSchemaOptions) {
    this.#options = options;
  }

  /** A schema as readers of a document see it: they ignore unknown fields unless it refuses them. */
  schemaOf(schema: Typed<unknown, unknown>, side: 'input' | 'output'): JsonSchema {
    const input = seeSchema(schema, 'input', this.#options).schema;
    if (side === 'input') return input;
    return opened(seeSchema(schema, 'output', this.#options).schema, input) as JsonSchema;
  }

  /** Adds a schema, and the definitions that it brings along; returns the reference to it. */
  add(name: string, schema: JsonSchema): Reference {
    return { $ref: refTo(this.#put(name, this.inline(schema))) };
  }

  /** A schema whose definitions are those of the document. */
  inline(schema: JsonSchema): JsonSchema {
    const { $defs = {}, ...rest } = schema;
    const definitions = $defs as Readonly<Record<string, JsonSchema>>;
    const names = new Map<string, string>();
    // A definition may refer to any other, and to itself, so all names come first.
    for (const [name, definition] of Object.entries(definitions)) {
      const text = JSON.stringify(definition);
      const known = this.#names.get(text);
      const chosen = known ?? freeName(readable(name), this.schemas);
      names.set(name, chosen);
      if (known === undefined) {
        this.#names.set(text, chosen);
        this.schemas[chosen] = {};
      }
    }
    const point = (value: unknown): JsonSchema =>
      mapRefs(value, (ref) => {
        const name = names.get(ref.replace(/^#\/\$defs\//, ''));
        return name === undefined ? ref : refTo(name);
      }) as JsonSchema;
    for (const [name, definition] of Object.entries(definitions))
      this.schemas[names.get(name) ?? name] = point(definition);
    return point(rest);
  }

  #put(name: string, schema: JsonSchema): string {
    const text = `${name} ${JSON.stringify(schema)}`;
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const chosen = freeName(name, this.schemas);
    this.#names.set(text, chosen);
    this.schemas[chosen] = schema;
    return chosen;
  }
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}

/** zod calls what has no name `__schema0`. */
function readable(name: string): string {
  return name.startsWith('__') ? 'Part' : name.replaceAll(/[^\w.-]/g, '_');
}

/** A writer adds no fields, so libraries close its objects. Readers ignore what they do not know, unless they are closed. */
function opened(output: unknown, input: unknown): unknown {
  if (Array.isArray(output)) {
    const others: readonly unknown[] = Array.isArray(input) ? input : [];
    return output.map((item, index) => opened(item, others[index]));
  }
  if (typeof output !== 'object' || output === null) return output;
  const other = (typeof input === 'object' && input !== null ? input : {}) as JsonSchema;
  const entries = Object.entries(output).filter(
    ([key, value]) => key !== 'additionalProperties' || value !== false || other.additionalProperties === false,
  );
  return Object.fromEntries(entries.map(([key, value]: [string, unknown]) => [key, opened(value, other[key])]));
}

/** A wire name as the name of a component: `orders.order-placed` becomes `OrdersOrderPlaced`. */
export function pascal(type: string): string {
  return type
    .split(/[.-]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
