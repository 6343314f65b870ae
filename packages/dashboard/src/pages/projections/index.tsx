import type { ProjectionStatus } from 'anywise';
import { projectionStatus } from 'anywise/kit';
import { Ago, Heading, Nothing, State } from '../../ui/pieces.js';
import { Table } from '../../ui/table.js';
import { firstLine, many, number } from '../../ui/words.js';
import type { DashboardSource } from '../../source.js';
import { sourcesSeen, type Page } from '../../visit.js';
import { nowOf } from '../paging.js';
import { act } from './act.js';
import { Faults } from './faults.js';

const pageSize = 50;

interface Row {
  readonly service: string;
  readonly projection: ProjectionStatus;
}

/** How far the read models are. */
export const projections: Page = {
  path: '/projections',
  look: async (visit) => {
    const rows = (await Promise.all(sourcesSeen(visit).map(rowsOf))).flat();
    const faults = await Promise.all(sourcesSeen(visit).map(faultsOf));
    const failing = rows.filter(({ projection }) => projection.error !== undefined).length;
    return {
      title: 'Projections',
      section: '/projections',
      count: failing > 0 ? String(failing) : undefined,
      isLive: true,
      body: (
        <>
          <Heading title="Projections" lead={`${many(failing, 'read model')} at an event that cannot be taken in`} />
          {rows.length === 0 ? (
            <Nothing title="No service has read models." />
          ) : (
            <Table
              caption="Read models"
              isCaptionHidden
              rows={rows}
              keyOf={({ service, projection: { name, version, generation } }) =>
                `${service} ${name} ${version} ${generation}`
              }
              columns={[
                { head: 'Projection', isHead: true, cell: ({ projection }) => projection.name },
                { head: 'Version', isNumber: true, cell: ({ projection }) => projection.version },
                { head: 'Generation', isNumber: true, cell: ({ projection }) => projection.generation },
                { head: 'State', cell: ({ projection }) => <State name={projection.state} /> },
                {
                  head: 'Behind',
                  isNumber: true,
                  cell: ({ projection }) =>
                    reads(projection) ? number(projection.behind) : <span class="muted">–</span>,
                },
                { head: 'Parked', isNumber: true, cell: ({ projection }) => number(projection.parked) },
                { head: 'Skipped', isNumber: true, cell: ({ projection }) => number(projection.skipped) },
                {
                  head: 'Error',
                  cell: ({ service, projection }) => <Failure projection={projection} now={nowOf(visit, service)} />,
                },
                { head: 'Service', cell: ({ service }) => service },
              ]}
            />
          )}
          {faults.map(({ service, found }) =>
            found.length === 0 ? null : <Faults key={service} visit={visit} service={service} rows={found} />,
          )}
        </>
      ),
    };
  },
  act,
};

async function faultsOf({ service, store }: DashboardSource) {
  return { service, found: (await store.projections?.faults.list({}, { limit: pageSize })) ?? [] };
}

async function rowsOf({ service, store }: DashboardSource): Promise<readonly Row[]> {
  return (await projectionStatus(store)).map((projection) => ({ service, projection }));
}

/** Whether it reads the log, and so can be behind. */
function reads({ state }: ProjectionStatus): boolean {
  return state === 'building' || state === 'live';
}

function Failure({ projection, now }: { readonly projection: ProjectionStatus; readonly now: number }) {
  const { error, failedAt } = projection;
  if (error === undefined) return <span class="muted">none</span>;
  return (
    <span class="bad">
      {failedAt !== undefined && (
        <>
          for <Ago at={failedAt} now={now} />:{' '}
        </>
      )}
      {firstLine(error)}
    </span>
  );
}
