import { checkOptions, fields, listOf, text, type OptionChecks } from '../core/errors/options.js';
import type { DomainErrorClass } from '../core/message/domain-error.js';
import { declarationOf, type MessageClass } from '../core/message/message.js';
import type { Typed } from '../core/message/schema.js';
import type { ApiDocument } from './asyncapi.js';
import { Components, pascal } from './components.js';
import { exampleOf } from './example.js';
import { jsonSchemaOptionChecks, type JsonSchema, type JsonSchemaOptions } from './json-schema.js';
import { isNullable, objectSchemaOf } from './object-schema.js';
import { problemSchema } from './problem.js';

/** What a document needs of a route. Those of `anywise/express` have it. */
export interface DocumentedRoute {
  readonly method: string;
  /** With `:name` for each parameter. */
  readonly path: string;
  readonly message: { readonly type: string };
  readonly status?: number;
  readonly idempotencyKey?: boolean;
  /** The schema of what the caller sends, where it is not the data of the message. */
  readonly documented?: Typed<unknown, unknown>;
}

/** Options of {@link openapi}. */
export interface OpenApiOptions extends JsonSchemaOptions {
  /** @defaultValue `API` */
  readonly title?: string;
  /** The version of the service, as in its package.json. */
  readonly version: string;
  /** One sentence about the service. @defaultValue none */
  readonly description?: string;
  /** The SPDX identifier of the licence of the API. @defaultValue none */
  readonly license?: string;
  /** Where the service is reached. @defaultValue `/`: where the document comes from */
  readonly servers?: readonly string[];
  /**
   * How callers identify themselves: the security schemes of the document, each of which is enough. @defaultValue none, so
   * anyone may call
   */
  readonly security?: Readonly<Record<string, object>>;
  /** The statuses of domain errors, as given to `problems()`. @defaultValue 422 for each of them */
  readonly statuses?: readonly (readonly [error: DomainErrorClass, status: number])[];
}

/**
 * Returns the OpenAPI 3.1 document of routes. Parameters come from the path, the rest of a message's fields from the query
 * for `get` and from the body otherwise. A `get` whose reply may be `null` also answers 404.
 *
 * @throws SetupError that names every option that is wrong.
 * @example
 * openapi([createPaymentRoute, getPaymentRoute], { title: 'payments', version: '1.4.0' });
 */
export function openapi(routes: readonly DocumentedRoute[], options: OpenApiOptions): ApiDocument {
  checkOptions('`openapi()`', options, checks, ['version']);
  const { title = 'API', version, description, license, servers = ['/'], security = {} } = options;
  const components = new Components(options);
  components.add('Problem', problemSchema);
  const paths: Record<string, Record<string, object>> = {};
  const used = new Set<string>();
  for (const route of routes) {
    const path = route.path.replaceAll(/[{}]/g, '').replaceAll(/[:*](\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method] = new Operation(route, components, options).write(title, used);
  }
  return {
    openapi: '3.1.1',
    info: {
      title,
      version,
      ...(description !== undefined && { description }),
      ...(license !== undefined && { license: { name: license, identifier: license } }),
    },
    servers: servers.map((url) => ({ url })),
    security: Object.keys(security).map((name) => ({ [name]: [] })),
    tags: [{ name: title, description: description ?? `The routes of ${title}.` }],
    paths,
    components: { ...(Object.keys(security).length > 0 && { securitySchemes: security }), schemas: components.schemas },
  };
}

const checks: OptionChecks<OpenApiOptions> = {
  title: text(),
  version: text(),
  description: text(),
  license: text(),
  servers: listOf('URLs', (item) => typeof item === 'string'),
  security: fields(),
  statuses: listOf('pairs of an error class and its status', (item) => Array.isArray(item) && item.length === 2),
  ...jsonSchemaOptionChecks,
};

class Operation {
  readonly #route: DocumentedRoute;
  readonly #message: MessageClass | undefined;
  readonly #components: Components;
  readonly #options: OpenApiOptions;

  constructor(route: DocumentedRoute, components: Components, options: OpenApiOptions) {
    this.#route = route;
    this.#message = declarationOf(route.message);
    this.#components = components;
    this.#options = options;
  }

  write(tag: string, used: Set<string>): object {
    const { path, method, message } = this.#route;
    const data = this.#data();
    const { fields: known, required, isPlain } = objectSchemaOf(data);
    const names = [...path.matchAll(/[:*](\w+)/g)].map(([, name = '']) => name);
    const rest = Object.entries(known).filter(([name]) => !names.includes(name));
    const field = (name: string): JsonSchema => this.#field(data, known[name] ?? { type: 'string' });
    const isQuery = method === 'get';
    const body = isQuery ? undefined : this.#body(data, names, isPlain);
    const parameters = [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: field(name) })),
      ...(isQuery
        ? rest.map(([name]) => ({ name, in: 'query', required: required.includes(name), schema: field(name) }))
        : []),
      ...(this.#route.idempotencyKey === true ? [idempotencyKey] : []),
    ];
    const { summary } = this.#message ?? {};
    return {
      operationId: this.#id(used),
      tags: [tag],
      summary: summary ?? message.type,
      ...(parameters.length > 0 && { parameters }),
      ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': body } } }),
      responses: this.#responses(),
      'x-anywise-message': message.type,
    };
  }

  /** The name of the class, which generators of clients make a function of. */
  #id(used: Set<string>): string {
    // The user's class, not the one that the factory made.
    const { type, name = '' } = this.#route.message as { readonly type: string; readonly name?: string };
    const wished = name === '' ? pascal(type) : name;
    const id = `${wished.charAt(0).toLowerCase()}${wished.slice(1)}`;
    const free = used.has(id)
      ? `${id}By${pascal(this.#route.path.replaceAll(/\W+/g, '-'))}${pascal(this.#route.method)}`
      : id;
    used.add(free);
    return free;
  }

  #data(): JsonSchema {
    const schema = this.#route.documented ?? this.#message?.data;
    return schema === undefined ? { type: 'object' } : this.#components.schemaOf(schema, 'input');
  }

  /** A field of a schema, whose definitions become those of the document. */
  #field({ $defs }: JsonSchema, schema: JsonSchema): JsonSchema {
    return this.#components.inline({ ...schema, ...($defs !== undefined && { $defs }) });
  }

  #body(data: JsonSchema, names: readonly string[], isPlain: boolean): object | undefined {
    if (!isPlain)
      return data.type === 'object' && names.length > 0 ? undefined : { schema: this.#components.inline(data) };
    const { fields: all, required } = objectSchemaOf(data);
    const properties = Object.fromEntries(
      Object.entries(all).flatMap(([name, schema]) =>
        names.includes(name) ? [] : [[name, this.#field(data, schema)] as const],
      ),
    );
    if (Object.keys(properties).length === 0) return undefined;
    const needed = required.filter((name) => !names.includes(name));
    const schema = { type: 'object', properties, ...(needed.length > 0 && { required: needed }) };
    const example = exampleOf(this.#route.documented === undefined ? this.#message?.data : undefined, data);
    const shown = Object.entries(Object(example) as object).filter(([name]) => !names.includes(name));
    return { schema, ...(example !== undefined && { example: Object.fromEntries(shown) as object }) };
  }

  #responses(): object {
    const { method, status, idempotencyKey: takesKey = false } = this.#route;
    const { reply, errors = [] } = this.#message ?? {};
    const name = `${pascal(this.#route.message.type)}Reply`;
    const schema = reply === undefined ? undefined : this.#components.schemaOf(reply, 'output');
    const canBeMissing = method === 'get' && schema !== undefined && isNullable(schema);
    const content =
      schema === undefined ? undefined : this.#components.add(name, canBeMissing ? withoutNull(schema) : schema);
    const isGuarded = Object.keys(this.#options.security ?? {}).length > 0;
    const statusOf = new Map((this.#options.statuses ?? []).map(([error, code]) => [error.type, code]));
    const success = status ?? (reply === undefined ? 204 : 200);
    const domain = new Map<number, DomainErrorClass[]>();
    for (const error of errors) {
      const code = statusOf.get(error.type) ?? 422;
      domain.set(code, [...(domain.get(code) ?? []), error]);
    }
    return {
      [success]: {
        description: 'Success.',
        ...(content !== undefined && { content: { 'application/json': { schema: content } } }),
      },
      400: problem('The request is not valid: `errors` names the fields.'),
      ...(isGuarded && { 401: problem('The caller is not authenticated.') }),
      ...(canBeMissing && { 404: problem('Not found, or not visible to this caller.') }),
      ...(takesKey && { 409: problem('The `Idempotency-Key` was used for another request.') }),
      ...Object.fromEntries([...domain].map(([code, some]) => [code, this.#domainProblem(some)])),
      default: problem('Anything else that went wrong.'),
    };
  }

  #domainProblem(errors: readonly DomainErrorClass[]): object {
    const schemas = errors.map(({ type, schema }) => {
      const data = schema === undefined ? {} : this.#components.schemaOf(schema, 'output');
      const own = { type: { const: type }, data: this.#components.add(pascal(type), data) };
      const shape = { allOf: [problemRef, { type: 'object', properties: own, required: ['data'] }] };
      return this.#components.add(`${pascal(type)}Problem`, shape);
    });
    const [only] = schemas;
    const schema = schemas.length === 1 ? only : { oneOf: schemas };
    return {
      description: errors.map(({ type }) => `\`${type}\``).join(', '),
      content: { 'application/problem+json': { schema } },
    };
  }
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
  description: 'The same key and data give the same answer again, and take effect once.',
};

const problemRef = { $ref: '#/components/schemas/Problem' };

function problem(description: string): object {
  return { description, content: { 'application/problem+json': { schema: problemRef } } };
}

/** A reply that is answered with 404 where it is `null`. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const branches = schema.anyOf;
  if (!Array.isArray(branches)) return schema;
  const rest = (branches as JsonSchema[]).filter(({ type }) => type !== 'null');
  const [only] = rest;
  const { anyOf: _all, ...others } = schema;
  return rest.length === 1 ? { ...others, ...only } : { ...others, anyOf: rest };
}
