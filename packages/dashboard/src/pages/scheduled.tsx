import type { OutboxView } from 'anywise';
import { cancelScheduled, runScheduled } from '../actions/outbox.js';
import { HttpError } from '../http/http-error.js';
import { readable } from '../data/snapshot.js';
import { sum } from '../data/sum.js';
import { Pager, PostButton } from '../ui/form.js';
import { href } from '../ui/href.js';
import { Ago, Heading, Nothing } from '../ui/pieces.js';
import { Table } from '../ui/table.js';
import { clock, duration, isoTime } from '../ui/time.js';
import { count, manyCounted } from '../ui/words.js';
import { demand, link, may, sourceOf, type Page, type Visit } from '../visit.js';
import { done } from './done.js';
import { afterOf, nowOf } from './paging.js';
import { viewedSources, viewOf } from './view.js';

const pageSize = 50;

/** Commands that wait for their time, the next due first. */
export const scheduled: Page = {
  path: '/scheduled',
  look: async (visit) => {
    const after = visit.query.has('service') ? afterOf(visit) : undefined;
    const parts = await Promise.all(
      viewedSources(visit).map(async (source) => ({
        service: source.service,
        rows: await viewOf(source).outbox({ state: 'scheduled' }, { limit: pageSize, after }),
      })),
    );
    const total = sum(readable(visit.sight.snapshot).map(({ counts }) => counts.outbox.scheduled));
    const filled = parts.filter(({ rows }) => rows.length > 0);
    return {
      title: 'Scheduled',
      section: '/scheduled',
      count: total.count > 0 ? count(total) : undefined,
      isLive: true,
      body: (
        <>
          <Heading title="Scheduled" lead={`${manyCounted(total, 'command')} for later`} />
          {filled.length === 0 && <Nothing title="Nothing is scheduled.">No command waits for its time.</Nothing>}
          {filled.map(({ service, rows }) => (
            <>
              <Scheduled visit={visit} service={service} rows={rows} />
              <Pager
                visit={visit}
                next={rows.length < pageSize ? undefined : href('', '/scheduled', { service, after: rows.at(-1)?.seq })}
                first={after === undefined ? undefined : href('', '/scheduled', { service })}
              />
            </>
          ))}
        </>
      ),
    };
  },
  act: async (visit, form) => {
    const source = sourceOf(visit, form.get('service'));
    const id = form.get('id');
    if (id === null) throw new HttpError(400, 'The form names no command.');
    const action = form.get('action');
    if (action !== 'cancel' && action !== 'run') throw new HttpError(400, 'The form must say what to do.');
    demand(visit, action);
    const work = action === 'cancel' ? cancelScheduled : runScheduled;
    const isDone = await work(source, visit.viewer.user, id);
    const past = action === 'cancel' ? 'cancelled' : 'made due';
    return done({
      title: isDone ? `1 command ${past}` : `Nothing was ${past}`,
      section: '/scheduled',
      isNothing: !isDone,
      says: isDone ? `The database says: ${id} was ${past}.` : `${id} was due already, or was cancelled before.`,
      onward: [
        [link(visit, '/scheduled'), 'Back to what is scheduled'],
        [link(visit, '/conversations', { id }), 'Follow it'],
      ],
    });
  },
};

function Scheduled({
  visit,
  service,
  rows,
}: {
  readonly visit: Visit;
  readonly service: string;
  readonly rows: readonly OutboxView[];
}) {
  const now = nowOf(visit, service);
  return (
    <Table
      caption={`In ${service}, the next due first`}
      rows={rows}
      keyOf={({ seq }) => String(seq)}
      columns={[
        {
          head: 'Due',
          cell: ({ dueAt }) => (
            <time dateTime={isoTime(dueAt)}>
              {dueAt > now ? `in ${duration(dueAt - now)}` : 'now'} <span class="muted">({clock(dueAt, now)})</span>
            </time>
          ),
        },
        {
          head: 'Command',
          isHead: true,
          cell: ({ id, envelope }) => (
            <a href={link(visit, '/conversations', { id })}>{envelope?.type ?? 'unreadable'}</a>
          ),
        },
        { head: 'Key', cell: ({ envelope }) => envelope?.partitionkey ?? <span class="muted">none</span> },
        { head: 'Enqueued', isNumber: true, cell: ({ createdAt }) => <Ago at={createdAt} now={now} /> },
        { head: 'By', cell: ({ envelope }) => envelope?.source ?? <span class="muted">unknown</span> },
        {
          head: 'What to do',
          cell: ({ id }) => (
            <div class="buttons">
              {may(visit, 'run') && (
                <PostButton visit={visit} path="/scheduled" fields={{ service, id, action: 'run' }} tone="quiet">
                  Run now
                </PostButton>
              )}
              {may(visit, 'cancel') && (
                <PostButton visit={visit} path="/scheduled" fields={{ service, id, action: 'cancel' }} tone="quiet">
                  Cancel
                </PostButton>
              )}
            </div>
          ),
        },
      ]}
    />
  );
}
