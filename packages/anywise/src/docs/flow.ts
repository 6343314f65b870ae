import type { MessageKind } from '../core/message/message.js';
import { allMade } from './made.js';
import type { ServiceFacts } from './service-facts.js';

/** One way that a message takes, into a service or out of it. */
export interface FlowEdge {
  /** The wire name. */
  readonly type: string;
  readonly kind: MessageKind;
  readonly service: string;
  /** `http`: a route sends it. The first four lead to the message, the last three from it. */
  readonly how: 'http' | 'publishes' | 'enqueues' | 'sends' | 'handles' | 'listens' | 'projects';
  /** The route, such as `POST /orders`, or the name of the listener or the projection. */
  readonly label?: string;
}

/** Who makes what, and who reacts to it: across all services of a workspace. */
export interface Flow {
  readonly services: readonly string[];
  /** Sorted by message, then by service. */
  readonly edges: readonly FlowEdge[];
}

/**
 * Returns who sends, publishes and hears what. Queries that only HTTP callers ask are left out.
 *
 * @param services those of a workspace, each with what its code makes.
 */
export function flow(services: readonly ServiceFacts[]): Flow {
  const edges = services.flatMap(edgesOf);
  const asked = new Set(edges.filter(({ how }) => how !== 'http' && how !== 'handles').map(({ type }) => type));
  const shown = edges.filter(({ kind, type }) => kind !== 'query' || asked.has(type));
  const texts = new Map(shown.map((edge) => [[edge.type, edge.service, edge.how, edge.label ?? ''].join(' '), edge]));
  const sorted = [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
  return { services: services.map(({ description }) => description.name).sort(), edges: sorted };
}

function edgesOf(facts: ServiceFacts): FlowEdge[] {
  const { description, contracts, routes = [] } = facts;
  const service = description.name;
  const kinds = new Map(
    contracts.flatMap(({ messages }) => [...messages.values()].map(({ type, kind }) => [type, kind])),
  );
  const edge = (type: string, how: FlowEdge['how'], label?: string): FlowEdge[] => {
    const kind = kinds.get(type);
    return kind === undefined ? [] : [{ type, kind, service, how, ...(label !== undefined && { label }) }];
  };
  return [
    ...description.messages.flatMap(({ type, handler, listeners }) => [
      ...(handler === undefined ? [] : edge(type, 'handles')),
      ...listeners.flatMap(({ name }) => edge(type, 'listens', name)),
    ]),
    ...description.projections.flatMap(({ name, events }) => events.flatMap((type) => edge(type, 'projects', name))),
    ...routes.flatMap(({ method, path, message }) => edge(message.type, 'http', `${method.toUpperCase()} ${path}`)),
    ...allMade(facts).flatMap(({ type, deed }) => edge(type, deed)),
  ];
}

/** The part of a flow that one service takes part in: its own edges, and those of others with the same messages. */
export function flowOf(whole: Flow, service: string): Flow {
  const own = new Set(whole.edges.filter((edge) => edge.service === service).map(({ type }) => type));
  const edges = whole.edges.filter(({ type }) => own.has(type));
  return { services: [...new Set(edges.map((edge) => edge.service))].sort(), edges };
}
