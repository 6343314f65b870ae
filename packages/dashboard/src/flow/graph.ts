import type { BusDescription } from 'anywise';

/** A message that a listener or a handler got, as a row of an inbox tells it. */
export interface Arrival {
  readonly source: string;
  readonly type: string;
  readonly service: string;
  readonly listener: string;
}

/** Who sends what to whom. */
export interface Flow {
  readonly services: readonly string[];
  readonly messages: readonly FlowMessage[];
  readonly edges: readonly FlowEdge[];
}

export interface FlowMessage {
  readonly type: string;
  readonly kind: 'command' | 'query' | 'event' | 'unknown';
  readonly summary: string | undefined;
}

/** From a service to a message, or from a message to a service. */
export interface FlowEdge {
  readonly service: string;
  readonly type: string;
  readonly way: 'sends' | 'gets';
  /** Who gets it there. */
  readonly listeners: readonly string[];
  /** `wired`: the code says so. `seen`: a message went this way. */
  readonly known: 'wired' | 'seen';
}

/** Draws together what is wired and what was seen. Messages that no service gets are left out. */
export function flowOf(descriptions: readonly BusDescription[], arrivals: readonly Arrival[]): Flow {
  const messages = new Map<string, FlowMessage>();
  const edges = new Map<string, FlowEdge>();
  const add = (edge: FlowEdge): void => {
    const name = `${edge.way} ${edge.service} ${edge.type}`;
    const known = edges.get(name);
    const listeners = [...new Set([...(known?.listeners ?? []), ...edge.listeners])];
    edges.set(name, { ...(known ?? edge), listeners });
  };
  for (const { name: service, messages: described } of descriptions) {
    for (const { type, kind, slice, summary, handler, listeners } of described) {
      const names = kind === 'event' ? listeners.map((each) => each.name) : handler === undefined ? [] : [type];
      if (names.length === 0) continue;
      messages.set(type, { type, kind, summary });
      add({ service, type, way: 'gets', listeners: names, known: 'wired' });
      // An event is published by the slice that owns it.
      if (kind === 'event') add({ service: slice, type, way: 'sends', listeners: [], known: 'wired' });
    }
  }
  for (const { source, type, service, listener } of arrivals) {
    if (type === '') continue;
    if (!messages.has(type)) messages.set(type, { type, kind: 'unknown', summary: undefined });
    add({ service, type, way: 'gets', listeners: [listener], known: 'seen' });
    if (source !== '') add({ service: source.replace(/^\//, ''), type, way: 'sends', listeners: [], known: 'seen' });
  }
  const all = [...edges.values()].sort((a, b) => (`${a.type} ${a.way}` < `${b.type} ${b.way}` ? -1 : 1));
  return {
    services: [...new Set([...descriptions.map(({ name }) => name), ...all.map(({ service }) => service)])].sort(),
    messages: [...messages.values()].sort((a, b) => (a.type < b.type ? -1 : 1)),
    edges: all,
  };
}
