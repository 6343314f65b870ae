import { readFileSync } from 'node:fs';
import type { Anywise } from 'anywise';
import { asyncapi, openapi, type ApiDocument } from 'anywise/docs';
import type { ServiceDefinition } from '../definition.js';

/** The documents of a service's HTTP routes and of its messages. */
export interface ApiDocuments {
  readonly openapi: ApiDocument;
  readonly asyncapi: ApiDocument;
}

/**
 * Makes the API documents of a service from its routes, its wiring and its contracts.
 *
 * @param bus its bus, which need not run.
 * @param sends the wire names of the messages of others that its code sends. @defaultValue none
 */
export function apiDocuments(
  { manifest, routes, contracts }: Pick<ServiceDefinition, 'manifest' | 'routes' | 'contracts'>,
  bus: Pick<Anywise, 'describe'>,
  sends: readonly string[] = [],
): ApiDocuments {
  const description = bus.describe();
  const { version = '0.0.0', description: summary, license } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
  const about = { title: description.name, version, ...(summary !== undefined && { description: summary }) };
  return {
    openapi: openapi(routes, {
      ...about,
      ...(license !== undefined && { license }),
      security: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    }),
    asyncapi: asyncapi(description, contracts, { ...about, sends }),
  };
}

interface Manifest {
  readonly version?: string;
  readonly description?: string;
  readonly license?: string;
}
