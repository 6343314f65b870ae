import type { ProcessRow } from 'anywise';
import { isAlive } from 'anywise/kit';
import { descriptionOf } from '../data/processes.js';
import { Ago, Heading, Nothing } from '../ui/pieces.js';
import { Table } from '../ui/table.js';
import { duration } from '../ui/time.js';
import { count, many } from '../ui/words.js';
import { sourcesSeen, type Page } from '../visit.js';
import { nowOf } from './paging.js';

const most = 100;

interface Row {
  readonly service: string;
  readonly process: ProcessRow;
  readonly now: number;
}

/** Who works for each service. */
export const processes: Page = {
  path: '/processes',
  look: async (visit) => {
    const lists = await Promise.all(
      sourcesSeen(visit).map(async ({ service, store }): Promise<readonly Row[]> => {
        const rows = (await store.processes?.list(most)) ?? [];
        return rows.map((process) => ({ service, process, now: nowOf(visit, service) }));
      }),
    );
    const rows = lists.flat();
    const alive = rows.filter(({ process, now }) => isAlive(process, now)).length;
    return {
      title: 'Processes',
      section: '/processes',
      count: alive > 0 ? String(alive) : undefined,
      isLive: true,
      body: (
        <>
          <Heading
            title="Processes"
            lead={`${many(alive, 'running process', 'running processes')}. Each says every minute that it runs.`}
          />
          {rows.length === 0 ? (
            <Nothing title="No process has said that it runs.">Start a service, and it appears here.</Nothing>
          ) : (
            <Table
              caption="Processes"
              isCaptionHidden
              rows={rows}
              keyOf={({ process }) => process.holder}
              columns={[
                { head: 'Service', isHead: true, cell: ({ service }) => service },
                { head: 'Version', cell: ({ process }) => process.version ?? <span class="muted">–</span> },
                { head: 'Host', cell: ({ process }) => process.host },
                { head: 'Process', isNumber: true, cell: ({ process }) => process.pid },
                { head: 'At once', isNumber: true, cell: ({ process }) => process.concurrency },
                {
                  head: 'Runs for',
                  isNumber: true,
                  cell: ({ process, now }) => <Ago at={process.startedAt} now={now} />,
                },
                {
                  head: 'Last seen',
                  isNumber: true,
                  cell: ({ process, now }) => (
                    <span class={isAlive(process, now) ? '' : 'bad'}>
                      <Ago at={process.seenAt} now={now} /> ago
                    </span>
                  ),
                },
                {
                  head: 'Lag',
                  isNumber: true,
                  cell: ({ process: { lag } }) => (lag === undefined ? <span class="muted">–</span> : count(lag)),
                },
                { head: 'Clock', isNumber: true, cell: ({ process: { clockSkewMs } }) => clockText(clockSkewMs) },
                {
                  head: 'Hears',
                  cell: ({ process }) => descriptionOf(process)?.heard.join(', ') ?? <span class="muted">–</span>,
                },
              ]}
            />
          )}
        </>
      ),
    };
  },
};

/** How far a clock is from the database's, to the second. */
function clockText(skewMs: number | undefined) {
  if (skewMs === undefined) return <span class="muted">–</span>;
  if (Math.abs(skewMs) < 1_000) return 'level';
  return `${duration(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead' : 'behind'}`;
}
