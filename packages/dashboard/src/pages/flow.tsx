import type { BusDescription } from 'anywise';
import { flowOf, type Flow, type FlowEdge } from '../flow/graph.js';
import { placed, type Line, type Placed } from '../flow/layout.js';
import { FlowPicture, type Caption } from '../flow/picture.js';
import { readable, type ServiceSnapshot } from '../data/snapshot.js';
import { Counted, Heading, Nothing } from '../ui/pieces.js';
import { Table } from '../ui/table.js';
import { many, rate } from '../ui/words.js';
import { link, sourcesSeen, type Page, type Visit } from '../visit.js';

/** Who sends what to whom: as the code says, and as messages went. */
export const flow: Page = {
  path: '/flow',
  look: async (visit) => {
    const sources = sourcesSeen(visit);
    const described = await Promise.all(sources.map(async (source) => source.describe?.()));
    const known = described.filter((each): each is BusDescription => each !== undefined);
    const found = flowOf(known, await visit.world.arrivals.look(sources));
    return {
      title: 'Flow',
      section: '/flow',
      isLive: true,
      body: <FlowBody visit={visit} found={found} isWired={known.length > 0} />,
    };
  },
};

function FlowBody({
  visit,
  found,
  isWired,
}: {
  readonly visit: Visit;
  readonly found: Flow;
  readonly isWired: boolean;
}) {
  const { services, messages, edges } = found;
  const lead = `${many(services.length, 'service')}, ${many(messages.length, 'message')}. ${
    isWired
      ? 'Solid lines are wired; dashed ones were only seen.'
      : 'Drawn from the messages that were seen while this page was open.'
  }`;
  if (edges.length === 0) {
    return (
      <>
        <Heading title="Flow" lead="Who sends what to whom" />
        <Nothing title="Nothing is known yet.">No service told its wiring, and no message is on its way.</Nothing>
      </>
    );
  }
  return (
    <>
      <Heading title="Flow" lead={lead} />
      <FlowPicture
        picture={placed(found)}
        captionOf={(node) => captionOf(visit, node, found)}
        toneOf={({ edge }: Line) => (deadOf(visit, edge) > 0 ? 'bad' : '')}
      />
      <Ways visit={visit} edges={edges.filter(({ way }) => way === 'gets')} all={edges} />
    </>
  );
}

function captionOf(visit: Visit, { kind, name }: Placed, { edges }: Flow): Caption {
  if (kind === 'service') {
    const rates = visit.sight.rates.get(name);
    const snapshot = snapshotOf(visit, name);
    const note =
      snapshot === undefined
        ? undefined
        : `${rates === undefined ? '–' : rate(rates.in)} in/s · ${rates === undefined ? '–' : rate(rates.out)} out/s`;
    return { href: link(visit, '/waiting', { service: name }), title: name, note };
  }
  const isDead = edges.some((edge) => edge.type === name && deadOf(visit, edge) > 0);
  return {
    href: link(visit, '/search', { q: name }),
    title: name,
    tone: isDead ? 'bad' : '',
  };
}

/** What the picture says, for those who cannot see it. */
function Ways({
  visit,
  edges,
  all,
}: {
  readonly visit: Visit;
  readonly edges: readonly FlowEdge[];
  readonly all: readonly FlowEdge[];
}) {
  return (
    <Table
      caption="The same as a table"
      rows={edges}
      keyOf={({ service, type }) => `${service} ${type}`}
      columns={[
        { head: 'Message', isHead: true, cell: ({ type }) => type },
        {
          head: 'From',
          cell: ({ type }) => {
            const senders = all
              .filter((edge) => edge.way === 'sends' && edge.type === type)
              .map(({ service }) => service);
            return senders.length === 0 ? <span class="muted">not known</span> : senders.join(', ');
          },
        },
        { head: 'To', cell: ({ service }) => service },
        {
          head: 'Handled by',
          cell: ({ listeners, service }) =>
            listeners.map((listener, index) => (
              <>
                {index > 0 && ', '}
                <a key={listener} href={link(visit, '/waiting', { service, listener })}>
                  {listener}
                </a>
              </>
            )),
        },
        { head: 'Waiting', isNumber: true, cell: (edge) => <Counted value={sumOf(visit, edge, 'waiting')} /> },
        { head: 'Dead', isNumber: true, cell: (edge) => <Counted value={sumOf(visit, edge, 'dead')} tone="bad" /> },
        { head: 'Known', cell: ({ known }) => (known === 'wired' ? 'wired' : 'seen') },
      ]}
    />
  );
}

function sumOf(visit: Visit, { service, listeners }: FlowEdge, what: 'waiting' | 'dead') {
  const rows = snapshotOf(visit, service)?.counts.inbox.listeners.filter(({ listener }) =>
    listeners.includes(listener),
  );
  return {
    count: rows?.reduce((sum, each) => sum + each[what].count, 0) ?? 0,
    isMore: rows?.some((each) => each[what].isMore) ?? false,
  };
}

function deadOf(visit: Visit, edge: FlowEdge): number {
  return edge.way === 'gets' ? sumOf(visit, edge, 'dead').count : 0;
}

function snapshotOf(visit: Visit, name: string): ServiceSnapshot | undefined {
  return readable(visit.sight.snapshot).find(({ service }) => service === name);
}
