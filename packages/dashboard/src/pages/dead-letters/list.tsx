import type { DeadLetter } from 'anywise';
import { filterOf, isNarrow, queryOf, type Selected } from '../../letters/filter.js';
import { Heading, Nothing } from '../../ui/pieces.js';
import { href } from '../../ui/href.js';
import { Pager } from '../../ui/form.js';
import { Table } from '../../ui/table.js';
import { firstLine, many, number } from '../../ui/words.js';
import { link, may, sourceOf, type Shown, type Visit } from '../../visit.js';
import { afterOf, nowOf } from '../paging.js';
import { Crumbs } from '../../ui/crumbs.js';
import { letterColumns } from './columns.js';
import { Filters } from './filters.js';

const pageSize = 50;

/** The dead letters of one selection, the oldest first. */
export async function listPage(visit: Visit, selected: Selected): Promise<Shown> {
  const { service, store } = sourceOf(visit, selected.service ?? null);
  const after = afterOf(visit);
  const letters = await store.deadLetters.list(filterOf(selected), { limit: pageSize, after });
  const query = { ...queryOf(selected), service };
  const last = letters.at(-1)?.seq;
  const next = letters.length > 0 ? href('', '/dead-letters', { ...query, after: last }) : undefined;
  const isFirst = after === undefined;
  const shown = `${number(letters.length)}${letters.length === pageSize ? '+' : ''}`;
  return {
    title: 'Dead letters',
    section: '/dead-letters',
    count: letters.length > 0 ? shown : undefined,
    isLive: true,
    body: (
      <>
        <div>
          <Crumbs trail={[[link(visit, '/dead-letters'), 'Dead letters'], service]} />
          <Heading title={titleOf(selected, service)} lead={leadOf(selected)} />
        </div>
        {letters.length === 0 ? (
          <Nothing title={isFirst ? 'None is left.' : 'There are no more.'}>
            They were replayed or discarded, or nothing ever matched.
          </Nothing>
        ) : (
          <>
            <p class="buttons">
              {may(visit, 'replay') && (
                <a class="button main" href={link(visit, '/dead-letters/bulk', { ...query, action: 'replay' })}>
                  Replay all of these …
                </a>
              )}
              {may(visit, 'discard') && (
                <a class="button danger" href={link(visit, '/dead-letters/bulk', { ...query, action: 'discard' })}>
                  Discard all of these …
                </a>
              )}
            </p>
            <Letters visit={visit} service={service} letters={letters} now={nowOf(visit, service)} />
          </>
        )}
        <Pager
          visit={visit}
          next={letters.length < pageSize ? undefined : next}
          first={isFirst ? undefined : href('', '/dead-letters', query)}
        />
        <Filters visit={visit} selected={{ ...selected, service }} />
      </>
    ),
  };
}

function Letters({
  visit,
  service,
  letters,
  now,
}: {
  readonly visit: Visit;
  readonly service: string;
  readonly letters: readonly DeadLetter[];
  readonly now: number;
}) {
  return (
    <Table
      caption={many(letters.length, 'dead letter')}
      rows={letters}
      keyOf={({ seq }) => String(seq)}
      columns={[
        ...letterColumns(visit, service, now),
        { head: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
        { head: 'Holds up', cell: ({ holdsUp }) => holdsUpWords[holdsUp] },
        { head: 'Listener', cell: ({ listener }) => listener },
      ]}
    />
  );
}

const holdsUpWords = { nothing: 'nothing', key: 'its key', listener: 'the listener' } as const;

function titleOf({ error }: Selected, service: string): string {
  return error === undefined ? `Dead letters of ${service}` : `“${firstLine(error)}”`;
}

function leadOf(selected: Selected) {
  if (!isNarrow(selected)) return 'All of them, the oldest first';
  const { listener, type, id } = selected;
  const parts = [type, listener && `→ ${listener}`, id && `id ${id}`].filter((part) => part !== undefined);
  return parts.length === 0 ? 'The oldest first' : parts.join(' ');
}
