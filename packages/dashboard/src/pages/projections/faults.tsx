import type { ProjectionFault } from 'anywise';
import { PostButton } from '../../ui/form.js';
import { Ago, State } from '../../ui/pieces.js';
import { Table } from '../../ui/table.js';
import { firstLine } from '../../ui/words.js';
import { may, type Visit } from '../../visit.js';
import { nowOf } from '../paging.js';

/** The events that the read models of a service could not take in. */
export function Faults({
  visit,
  service,
  rows,
}: {
  readonly visit: Visit;
  readonly service: string;
  readonly rows: readonly ProjectionFault[];
}) {
  const now = nowOf(visit, service);
  return (
    <Table
      caption={`Not taken in, in ${service}`}
      rows={rows}
      keyOf={({ name, version, generation, position }) => `${name} ${version} ${generation} ${position}`}
      columns={[
        { head: 'State', cell: ({ state }) => <State name={state} /> },
        { head: 'Event', isHead: true, cell: ({ type, eventVersion }) => `${type} ${eventVersion}` },
        { head: 'Stream', cell: ({ stream }) => stream },
        { head: 'Projection', cell: ({ name, version }) => `${name}@${version}` },
        { head: 'Since', isNumber: true, cell: ({ at }) => <Ago at={at} now={now} /> },
        { head: 'Error', cell: ({ error }) => <span class="error">{firstLine(error)}</span> },
        { head: 'What to do', cell: (row) => <Buttons visit={visit} service={service} row={row} /> },
      ]}
    />
  );
}

function Buttons({
  visit,
  service,
  row: { name, version, stream, state },
}: {
  readonly visit: Visit;
  readonly service: string;
  readonly row: ProjectionFault;
}) {
  if (state === 'skipped') return <span class="muted">left out</span>;
  const fields = { service, name, version, stream };
  return (
    <div class="buttons">
      {may(visit, 'retry') && state === 'parked' && (
        <PostButton visit={visit} path="/projections" fields={{ ...fields, action: 'retry' }} tone="quiet">
          Retry
        </PostButton>
      )}
      {may(visit, 'discard') && (
        <PostButton visit={visit} path="/projections" fields={{ ...fields, action: 'skip' }} tone="quiet">
          Leave out …
        </PostButton>
      )}
    </div>
  );
}
