import type { Flow, FlowEdge } from './flow.js';

/**
 * A flow as a Mermaid flowchart: services as boxes with a double side, events round and dashed, commands and queries as boxes
 * and solid, HTTP as the source of what routes send.
 */
export function mermaidFlow({ services, edges }: Flow): string {
  const types = [...new Map(edges.map(({ type, kind }) => [type, kind]))];
  return [
    'flowchart LR',
    ...services.map((service) => `  ${idOf(service)}[[${quoted(service)}]]`),
    ...types.map(([type, kind]) => `  ${idOf(type)}${kind === 'event' ? `([${quoted(type)}])` : `[${quoted(type)}]`}`),
    ...(edges.some(({ how }) => how === 'http') ? ['  http{{HTTP}}'] : []),
    ...new Set(edges.map((edge) => `  ${arrow(edge)}`)),
  ].join('\n');
}

function arrow({ type, kind, service, how, label }: FlowEdge): string {
  const [message, box] = [idOf(type), idOf(service)];
  if (how === 'http') return `http -- ${quoted(label ?? '')} --> ${message}`;
  if (how === 'listens' || how === 'projects') return `${message} -. ${how} .-> ${box}`;
  if (how === 'handles') return `${message} --> ${box}`;
  return kind === 'event' ? `${box} -. ${how} .-> ${message}` : `${box} -- ${how} --> ${message}`;
}

/** A flow as a Mermaid C4 container diagram: the services of a system, and what goes from one to the other. */
export function mermaidContainers({ services, edges }: Flow, system: string): string {
  const relations = edges.flatMap(({ type, kind, service: from, how }) => {
    if (how === 'http' || how === 'projects' || how === 'handles' || how === 'listens') return [];
    const readers = edges.filter((edge) => edge.type === type && (edge.how === 'handles' || edge.how === 'listens'));
    const others = [...new Set(readers.map(({ service }) => service))].filter((to) => to !== from);
    return others.map((to) => `  Rel(${idOf(from)}, ${idOf(to)}, ${quoted(type)}, ${quoted(kind)})`);
  });
  const called = new Set(edges.filter(({ how }) => how === 'http').map(({ service }) => service));
  return [
    'C4Container',
    ...(called.size > 0 ? ['  Person(caller, "Caller")'] : []),
    `  System_Boundary(system, ${quoted(system)}) {`,
    ...services.map((service) => `    Container(${idOf(service)}, ${quoted(service)}, "service")`),
    '  }',
    ...[...called].map((service) => `  Rel(caller, ${idOf(service)}, "calls", "HTTP")`),
    ...new Set(relations),
  ].join('\n');
}

/** Names that Mermaid takes: wire names have dots and hyphens, and `end` is a word of its own. */
function idOf(name: string): string {
  return `n_${name.replaceAll(/[^\w]/g, '_')}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '#quot;')}"`;
}
