/**
 * Documents that are made from contracts, wiring and routes: AsyncAPI, OpenAPI, a catalog of messages, and a picture of who
 * sends what to whom.
 *
 * @module anywise/docs
 */

export { asyncapi, type ApiDocument, type AsyncApiOptions } from './asyncapi.js';
export { catalog, type CatalogField, type CatalogMessage, type CatalogSchema } from './catalog.js';
export { flow, flowOf, type Flow, type FlowEdge } from './flow.js';
export {
  jsonSchemaOf,
  type JsonSchema,
  type JsonSchemaOptions,
  type SchemaSide,
  type SeenSchema,
} from './json-schema.js';
export { mermaidContainers, mermaidFlow } from './mermaid.js';
export { openapi, type DocumentedRoute, type OpenApiOptions } from './openapi.js';
export type { MadeMessage } from './made.js';
export type { ServiceFacts } from './service-facts.js';
