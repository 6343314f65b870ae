import type { ActionRecord } from 'anywise';
import { Pager } from '../ui/form.js';
import { href } from '../ui/href.js';
import { Heading, Nothing, Since } from '../ui/pieces.js';
import { Table } from '../ui/table.js';
import { number } from '../ui/words.js';
import { sourceOf, sourcesSeen, type Page } from '../visit.js';
import { nowOf, wholeNumberIn } from './paging.js';

const pageSize = 100;

interface Row {
  readonly service: string;
  readonly record: ActionRecord;
}

/** Who did what to messages by hand, the newest first. */
export const actions: Page = {
  path: '/actions',
  look: async (visit) => {
    const only = visit.query.get('service');
    const before = only === null ? undefined : wholeNumberIn(visit.query, 'before');
    const sources = only === null ? sourcesSeen(visit) : [sourceOf(visit, only)];
    const lists = await Promise.all(
      sources.map(async ({ service, store }) => {
        const records = (await store.actions?.list({ limit: pageSize, before })) ?? [];
        return { service, records };
      }),
    );
    const rows = lists
      .flatMap(({ service, records }) => records.map((record): Row => ({ service, record })))
      .sort((a, b) => b.record.at - a.record.at);
    const longest = lists.filter(({ records }) => records.length === pageSize);
    return {
      title: 'Actions',
      section: '/actions',
      isLive: true,
      body: (
        <>
          <Heading
            title="Actions"
            lead="Who did what to messages by hand, here or on the command line. Kept for 90 days."
          />
          {rows.length === 0 ? (
            <Nothing title="No actions yet.">No message was replayed, edited or discarded by hand.</Nothing>
          ) : (
            <Table
              caption="Actions, the newest first"
              isCaptionHidden
              rows={rows}
              keyOf={({ service, record }) => `${service} ${record.seq}`}
              columns={[
                { head: 'When', cell: ({ service, record }) => <Since at={record.at} now={nowOf(visit, service)} /> },
                { head: 'Who', isHead: true, cell: ({ record }) => record.who },
                { head: 'What', cell: ({ record }) => record.what },
                { head: 'Messages', isNumber: true, cell: ({ record }) => number(record.count) },
                { head: 'Which', cell: ({ record }) => <span class="error">{targetText(record)}</span> },
                { head: 'Service', cell: ({ service }) => service },
              ]}
            />
          )}
          {longest.map(({ service, records }) => (
            <Pager
              key={service}
              visit={visit}
              next={href('', '/actions', { service, before: records.at(-1)?.seq })}
              first={before === undefined ? undefined : href('', '/actions', { service })}
            />
          ))}
        </>
      ),
    };
  },
};

function targetText({ target }: ActionRecord): string {
  const fields = Object.entries(target);
  return fields.length === 0 ? 'all' : fields.map(([name, value]) => `${name} ${value}`).join(', ');
}
