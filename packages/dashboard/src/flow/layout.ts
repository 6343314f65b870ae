import * as dagre from '@dagrejs/dagre';
import type { Flow, FlowEdge } from './graph.js';

export interface Placed {
  readonly name: string;
  readonly kind: 'service' | 'message';
  /** Of its middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly edge: FlowEdge;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Picture {
  readonly nodes: readonly Placed[];
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}

/** The part of dagre that is used: its own types cannot be resolved by ESM rules. */
interface Dagre {
  readonly Graph: new (options: { readonly multigraph: true }) => Graph;
  readonly layout: (graph: Graph) => void;
}

interface Graph {
  setGraph(options: Readonly<Record<string, unknown>>): void;
  setNode(id: string, box: { readonly width: number; readonly height: number }): void;
  setEdge(from: string, to: string, label: { readonly edge: FlowEdge }, name: string): void;
  node(id: string): Omit<Placed, 'name' | 'kind'>;
  edges(): readonly object[];
  edge(id: object): Line;
}

const { Graph: DagreGraph, layout } = dagre as unknown as Dagre;

const letter = 7.6;
const margin = 12;

/** Finds a place for everything, from left to right. */
export function placed({ services, messages, edges }: Flow): Picture {
  const graph = new DagreGraph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 64, marginx: margin, marginy: margin });
  for (const name of services)
    graph.setNode(serviceId(name), { width: Math.max(110, name.length * letter + 44), height: 56 });
  for (const { type } of messages) graph.setNode(messageId(type), { width: type.length * letter + 28, height: 34 });
  for (const edge of edges) {
    const [service, message] = [serviceId(edge.service), messageId(edge.type)];
    const [from, to] = edge.way === 'sends' ? [service, message] : [message, service];
    graph.setEdge(from, to, { edge }, edge.way);
  }
  layout(graph);
  const nodes = [
    ...services.map((name) => node(graph, serviceId(name), name, 'service')),
    ...messages.map(({ type }) => node(graph, messageId(type), type, 'message')),
  ];
  const lines = graph.edges().map((id) => graph.edge(id));
  // The size that the layout gives leaves out lines that go back.
  const corners = [
    ...nodes.flatMap(({ x, y, width, height }) => [{ x: x + width / 2, y: y + height / 2 }]),
    ...lines.flatMap(({ points }) => points),
  ];
  return {
    nodes,
    lines,
    width: Math.max(0, ...corners.map(({ x }) => x)) + margin,
    height: Math.max(0, ...corners.map(({ y }) => y)) + margin,
  };
}

function node(graph: Graph, id: string, name: string, kind: Placed['kind']): Placed {
  const { x, y, width, height } = graph.node(id);
  return { name, kind, x, y, width, height };
}

// A service and a message may have one name.
function serviceId(name: string): string {
  return `service ${name}`;
}

function messageId(type: string): string {
  return `message ${type}`;
}
