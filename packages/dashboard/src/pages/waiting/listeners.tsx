import { readable } from '../../data/snapshot.js';
import { sum } from '../../data/sum.js';
import { Counted, Heading, Nothing } from '../../ui/pieces.js';
import { Table } from '../../ui/table.js';
import { duration } from '../../ui/time.js';
import { count, manyCounted } from '../../ui/words.js';
import { link, type Shown, type Visit } from '../../visit.js';

/** The listeners that have messages. */
export function listenersPage(visit: Visit, only: string | undefined): Shown {
  const services = readable(visit.sight.snapshot).filter(({ service }) => only === undefined || service === only);
  const rows = services.flatMap(({ service, counts, held }) =>
    counts.inbox.listeners.map((listener) => ({ service, listener, held: held.get(listener.listener) })),
  );
  const total = sum(services.map(({ counts }) => counts.inbox.waiting));
  return {
    title: 'Waiting',
    section: '/waiting',
    count: total.count > 0 ? count(total) : undefined,
    isLive: true,
    body: (
      <>
        <Heading
          title="Waiting"
          lead={`${manyCounted(total, 'message')} to be handled${only === undefined ? '' : ` in ${only}`}`}
        />
        {rows.length === 0 ? (
          <Nothing title="Nothing waits.">Every message that arrived was handled.</Nothing>
        ) : (
          <Table
            caption="Listeners"
            rows={rows}
            keyOf={({ service, listener }) => `${service} ${listener.listener}`}
            columns={[
              {
                head: 'Listener',
                isHead: true,
                cell: ({ service, listener: { listener } }) => (
                  <a href={link(visit, '/waiting', { service, listener })}>{listener}</a>
                ),
              },
              { head: 'Service', cell: ({ service }) => service },
              { head: 'Waiting', isNumber: true, cell: ({ listener }) => <Counted value={listener.waiting} /> },
              {
                head: 'Oldest',
                isNumber: true,
                cell: ({ listener: { oldestMs } }) =>
                  oldestMs === 0 ? <span class="muted">–</span> : duration(oldestMs),
              },
              { head: 'Running', isNumber: true, cell: ({ listener }) => <Counted value={listener.running} /> },
              {
                head: 'Held up',
                isNumber: true,
                cell: ({ held }) => (
                  <Counted value={{ count: held?.messages ?? 0, isMore: held?.isMore ?? false }} tone="bad" />
                ),
              },
              {
                head: 'Dead',
                isNumber: true,
                cell: ({ service, listener: { listener, dead } }) => (
                  <a href={link(visit, '/dead-letters', { service, listener })}>
                    <Counted value={dead} tone="bad" />
                  </a>
                ),
              },
            ]}
          />
        )}
      </>
    ),
  };
}
