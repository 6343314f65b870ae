import { factsOf, type ServiceCode, type WorkspaceCode } from '@anywise/dev/code';
import { flow, flowOf, mermaidContainers, mermaidFlow } from 'anywise/docs';
import type { BusDescription } from 'anywise';
import type { Files } from './files.js';

/** The page with the picture of the workspace. */
export const flowPage = 'docs/flow.md';

/** Pictures of who sends what to whom, for all services and for each. */
export function flowFiles({ services }: WorkspaceCode): Files {
  const whole = flow(services.map(factsOf));
  const parts = services.flatMap(({ name }) => [
    `## ${name}`,
    picture(mermaidFlow(flowOf(whole, name))),
    places(services, name),
  ]);
  const text = [
    '# Who sends what to whom',
    '<!-- Written by `pnpm docs:flow`. -->',
    'Events are round and dashed; commands, and the queries that one service asks another, are boxes with solid arrows. Handlers and listeners come from the wiring of the services, what they publish and send from their source.',
    picture(mermaidFlow(whole)),
    '## Services',
    picture(mermaidContainers(whole, 'Workspace')),
    ...parts,
    ...unseen(services),
  ].join('\n\n');
  return new Map([[flowPage, `${text}\n`]]);
}

function picture(text: string): string {
  return `\`\`\`mermaid\n${text}\n\`\`\``;
}

/** The events that the handlers and listeners of a service say they publish. */
function saidIn({ messages }: BusDescription): readonly { readonly type: string; readonly place: string }[] {
  const wired = messages.flatMap(({ handler, listeners }) => [
    ...(handler === undefined ? [] : [handler]),
    ...listeners,
  ]);
  return wired.flatMap(({ place, publishes = [] }) => publishes.map((type) => ({ type, place })));
}

/** Where each message is made, as links. */
function places(services: readonly ServiceCode[], name: string): string {
  const service = services.find((each) => each.name === name);
  const uses = service?.uses ?? [];
  const said = service === undefined ? [] : saidIn(service.description);
  const seen = uses.flatMap(({ type, deed, place }) =>
    deed === 'publishes' || deed === 'enqueues' || deed === 'sends' ? [`- ${deed} \`${type}\` in ${link(place)}`] : [],
  );
  const rows = [...seen, ...said.map(({ type, place }) => `- publishes \`${type}\`, says ${place}`)];
  return rows.length === 0 ? 'It makes no messages.' : [...new Set(rows)].sort().join('\n');
}

/** Without the line, which moves with every edit above it. */
function link(place: string): string {
  const file = place.replace(/:\d+$/, '');
  return `[\`${file}\`](../${file})`;
}

/** What the source does not tell. */
function unseen(services: readonly ServiceCode[]): string[] {
  const rows = services.flatMap(({ uses, description }) => {
    const said = new Set(saidIn(description).map(({ type }) => type));
    return uses.flatMap(({ type, deed, place }) => {
      if (said.has(type)) return [];
      if (deed === 'makes') return [`- \`${type}\` is made in ${link(place)}, and it is not seen what for`];
      return deed === 'passes' ? [`- the class of \`${type}\` is handed on in ${link(place)}`] : [];
    });
  });
  return rows.length === 0 ? [] : ['## What cannot be seen', [...new Set(rows)].sort().join('\n')];
}
