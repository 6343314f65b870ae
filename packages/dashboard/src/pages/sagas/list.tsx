import type { SagaRow, SagaStatus } from 'anywise';
import { HttpError } from '../../http/http-error.js';
import { Heading, Nothing, Since, State } from '../../ui/pieces.js';
import { Table } from '../../ui/table.js';
import { many, visible } from '../../ui/words.js';
import { link, sourceOf, sourcesSeen, type Shown, type Visit } from '../../visit.js';
import { nowOf } from '../paging.js';
import { Waits } from './waits.js';

const most = 100;
const statuses: readonly SagaStatus[] = ['running', 'early', 'ended'];

interface Row {
  readonly service: string;
  readonly saga: SagaRow;
}

/** The sagas that changed last, of one service or of all. */
export async function listPage(visit: Visit, only: string | undefined): Promise<Shown> {
  const name = visit.query.get('name') ?? undefined;
  const status = statusIn(visit);
  const sources = only === undefined ? sourcesSeen(visit) : [sourceOf(visit, only)];
  const lists = await Promise.all(
    sources.map(async ({ service, store }): Promise<readonly Row[]> => {
      const found = (await store.sagas?.list({ name, status }, { limit: most })) ?? [];
      return found.map((saga) => ({ service, saga }));
    }),
  );
  const counts = (await Promise.all(sources.map(async ({ store }) => (await store.sagas?.count()) ?? []))).flat();
  const open = counts.reduce((sum, { count }) => sum + count, 0);
  const rows = lists.flat().sort((a, b) => b.saga.changedAt - a.saga.changedAt);
  return {
    title: 'Sagas',
    section: '/sagas',
    count: open > 0 ? String(open) : undefined,
    isLive: true,
    body: (
      <>
        <Heading
          title="Sagas"
          lead={`${many(open, 'saga')} not ended. The ${most} of each service that changed last are listed.`}
        />
        <p class="buttons">
          {statuses.map((each) => (
            <a
              key={each}
              href={link(visit, '/sagas', { service: only, name, status: each === status ? undefined : each })}
              aria-current={each === status ? 'true' : undefined}
            >
              {each}
            </a>
          ))}
        </p>
        {rows.length === 0 ? <Nothing title="No saga is here." /> : <Sagas visit={visit} rows={rows} />}
      </>
    ),
  };
}

function Sagas({ visit, rows }: { readonly visit: Visit; readonly rows: readonly Row[] }) {
  return (
    <Table
      caption="Sagas, the last changed first"
      isCaptionHidden
      rows={rows}
      keyOf={({ service, saga }) => `${service} ${saga.name} ${saga.key}`}
      columns={[
        {
          head: 'Key',
          isHead: true,
          cell: ({ service, saga: { name, key } }) => (
            <a href={link(visit, '/sagas', { service, name, key })}>{visible(key)}</a>
          ),
        },
        { head: 'Saga', cell: ({ saga }) => saga.name },
        { head: 'Status', cell: ({ saga }) => <State name={saga.status} /> },
        { head: 'Waits for', cell: ({ service, saga }) => <Waits saga={saga} now={nowOf(visit, service)} /> },
        { head: 'Steps', isNumber: true, cell: ({ saga }) => saga.revision },
        {
          head: 'Changed',
          isNumber: true,
          cell: ({ service, saga }) => <Since at={saga.changedAt} now={nowOf(visit, service)} />,
        },
        { head: 'Service', cell: ({ service }) => service },
      ]}
    />
  );
}

/** @throws HttpError (400) if the address names a status that no saga has. */
function statusIn({ query }: Pick<Visit, 'query'>): SagaStatus | undefined {
  const asked = query.get('status');
  if (asked === null) return undefined;
  const status = statuses.find((each) => each === asked);
  if (status !== undefined) return status;
  throw new HttpError(400, `\`status\` is not one of ${statuses.join(', ')}.`);
}
