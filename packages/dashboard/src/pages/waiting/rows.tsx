import type { InboxRow } from 'anywise';
import { Ago, State } from '../../ui/pieces.js';
import { Table } from '../../ui/table.js';
import { duration } from '../../ui/time.js';
import { firstLine } from '../../ui/words.js';
import { link, type Visit } from '../../visit.js';

/** Messages of one listener, in the order in which they are handled. */
export function Rows({
  visit,
  service,
  caption,
  rows,
  now,
  isLane = false,
}: {
  readonly visit: Visit;
  readonly service: string;
  readonly caption: string;
  readonly rows: readonly InboxRow[];
  readonly now: number;
  /** All have one key, so that each waits for the one before. */
  readonly isLane?: boolean | undefined;
}) {
  return (
    <Table
      caption={caption}
      rows={rows}
      keyOf={({ seq }) => String(seq)}
      columns={[
        { head: 'State', cell: ({ state }) => <State name={state} /> },
        {
          head: 'Message',
          isHead: true,
          cell: ({ type, id, listener, source, state }) => (
            <a
              href={
                state === 'dead'
                  ? link(visit, '/dead-letters/letter', {
                      service,
                      listener,
                      source: source === '' ? undefined : source,
                      id,
                    })
                  : link(visit, '/conversations', { id })
              }
            >
              {type === '' ? 'unreadable' : type}
            </a>
          ),
        },
        {
          head: 'Key',
          cell: ({ key, listener }) =>
            key === undefined ? (
              <span class="muted">none</span>
            ) : (
              <a href={link(visit, '/waiting', { service, listener, key })}>{key}</a>
            ),
        },
        { head: 'Received', isNumber: true, cell: ({ receivedAt }) => <Ago at={receivedAt} now={now} /> },
        { head: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
        { head: 'Then', cell: (row) => (isLane && row !== rows[0] ? 'after the one before' : nextOf(row, now)) },
        {
          head: 'Last error',
          cell: ({ error }) => <span class="error">{error === undefined ? '' : firstLine(error)}</span>,
        },
      ]}
    />
  );
}

function nextOf({ state, at }: InboxRow, now: number): string {
  if (state === 'running') return at > now ? `its lease ends in ${duration(at - now)}` : 'its lease has ended';
  if (state === 'dead') return 'until it is replayed or discarded';
  return at > now ? `next attempt in ${duration(at - now)}` : 'due';
}
