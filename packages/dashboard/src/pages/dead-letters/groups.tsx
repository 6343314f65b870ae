import type { DeadGroup } from 'anywise';
import { readable } from '../../data/snapshot.js';
import { Heading, Nothing, Ago, Counted } from '../../ui/pieces.js';
import { Table } from '../../ui/table.js';
import { count, firstLine, many, manyCounted } from '../../ui/words.js';
import { link, type Shown, type Visit } from '../../visit.js';
import { Filters } from './filters.js';
import type { Selected } from '../../letters/filter.js';

interface Row {
  readonly service: string;
  readonly group: DeadGroup;
  readonly now: number;
  readonly holdsUp: string;
}

/** Dead letters that failed in the same way, together. */
export function groupsPage(visit: Visit, selected: Selected): Shown {
  const services = readable(visit.sight.snapshot).filter(
    ({ service }) => selected.service === undefined || service === selected.service,
  );
  const rows = services
    .flatMap(({ service, groups, held, counts: { at } }) =>
      groups.map((group): Row => ({ service, group, now: at, holdsUp: holdsUp(group, held.get(group.listener)) })),
    )
    .sort((a, b) => b.group.count.count - a.group.count.count);
  const total = services.reduce((sum, { counts }) => sum + counts.inbox.dead.count, 0);
  const isMore = services.some(({ counts }) => counts.inbox.dead.isMore);
  return {
    title: 'Dead letters',
    section: '/dead-letters',
    count: total > 0 ? count({ count: total, isMore }) : undefined,
    isLive: true,
    body: (
      <>
        <Heading
          title="Dead letters"
          lead={
            total === 0
              ? 'Messages that a listener gave up'
              : `${manyCounted({ count: total, isMore }, 'message')} given up, in ${many(rows.length, 'group')}`
          }
        />
        {rows.length === 0 ? (
          <Nothing title="No dead letters.">No listener has given up a message.</Nothing>
        ) : (
          <Groups visit={visit} rows={rows} />
        )}
        <Filters visit={visit} selected={selected} />
      </>
    ),
  };
}

function Groups({ visit, rows }: { readonly visit: Visit; readonly rows: readonly Row[] }) {
  return (
    <Table
      caption="Groups that failed in the same way"
      rows={rows}
      keyOf={({ service, group }) => JSON.stringify([service, group.listener, group.type, group.error])}
      columns={[
        {
          head: 'Error',
          isHead: true,
          cell: ({ service, group: { listener, type, error } }) => (
            <a class="error" href={link(visit, '/dead-letters', { service, listener, type, error })}>
              {firstLine(error) === '' ? '(no text)' : firstLine(error)}
            </a>
          ),
        },
        { head: 'Count', isNumber: true, cell: ({ group }) => <Counted value={group.count} tone="bad" /> },
        {
          head: 'Message → listener',
          cell: ({ group: { type, listener } }) => (
            <>
              {type} <span class="muted">→</span> {listener}
            </>
          ),
        },
        { head: 'First', isNumber: true, cell: ({ group, now }) => <Ago at={group.firstAt} now={now} /> },
        { head: 'Last', isNumber: true, cell: ({ group, now }) => <Ago at={group.lastAt} now={now} /> },
        { head: 'Holds up', cell: (row) => row.holdsUp },
      ]}
    />
  );
}

function holdsUp(
  { holdsUp: what }: DeadGroup,
  held: { readonly messages: number; readonly isMore: boolean } | undefined,
): string {
  if (what === 'nothing') return 'nothing';
  const behind = manyCounted({ count: held?.messages ?? 0, isMore: held?.isMore ?? false }, 'message');
  return what === 'listener' ? `the listener: ${behind}` : `its keys: ${behind}`;
}
