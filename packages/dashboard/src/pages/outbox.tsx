import type { OutboxView } from 'anywise';
import { discardParked, retryParked } from '../actions/outbox.js';
import { HttpError } from '../http/http-error.js';
import { readable } from '../data/snapshot.js';
import { sum } from '../data/sum.js';
import { PostButton } from '../ui/form.js';
import { Ago, Heading, Nothing, State } from '../ui/pieces.js';
import { Table } from '../ui/table.js';
import { duration } from '../ui/time.js';
import { count, firstLine, manyCounted } from '../ui/words.js';
import { demand, link, may, sourceOf, type Page, type Shown, type Visit } from '../visit.js';
import { ask } from './ask.js';
import { done } from './done.js';
import { nowOf } from './paging.js';
import { viewedSources, viewOf } from './view.js';

const pageSize = 50;

/** What has yet to leave each service, and what cannot. */
export const outbox: Page = {
  path: '/outbox',
  look: async (visit) => {
    const parts = await Promise.all(
      viewedSources(visit).map(async (source) => {
        const view = viewOf(source);
        const [parked, waiting] = await Promise.all([
          view.outbox({ state: 'parked' }, { limit: pageSize }),
          view.outbox({ state: 'waiting' }, { limit: pageSize }),
        ]);
        return { service: source.service, parked, waiting };
      }),
    );
    const total = sum(readable(visit.sight.snapshot).map(({ counts }) => counts.outbox.waiting));
    const filled = parts.filter(({ parked, waiting }) => parked.length + waiting.length > 0);
    return {
      title: 'Outbox',
      section: '/outbox',
      count: total.count > 0 ? count(total) : undefined,
      isLive: true,
      body: (
        <>
          <Heading title="Outbox" lead={`${manyCounted(total, 'committed message')} to be sent`} />
          {filled.length === 0 && (
            <Nothing title="Everything has left.">The transport has confirmed every committed message.</Nothing>
          )}
          {filled.map(({ service, parked, waiting }) => (
            <>
              {parked.length > 0 && <Parked visit={visit} service={service} rows={parked} />}
              {waiting.length > 0 && <Waiting visit={visit} service={service} rows={waiting} />}
            </>
          ))}
        </>
      ),
    };
  },
  act: async (visit, form) => {
    const source = sourceOf(visit, form.get('service'));
    const id = form.get('id');
    if (id === null) throw new HttpError(400, 'The form names no message.');
    const action = form.get('action');
    if (action === 'retry') {
      demand(visit, 'retry');
      return answer(visit, 'retried', id, await retryParked(source, visit.viewer.user, id));
    }
    if (action !== 'discard') throw new HttpError(400, 'The form must say whether to `retry` or to `discard`.');
    demand(visit, 'discard');
    // A first press asks, a second one does it: it cannot be undone.
    if (form.get('sure') !== 'yes') return askToDiscard(visit, source.service, id);
    return answer(visit, 'discarded', id, await discardParked(source, visit.viewer.user, id));
  },
};

function Parked({
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
      caption={`Parked in ${service}: refused for good`}
      rows={rows}
      keyOf={({ seq }) => String(seq)}
      columns={[
        { head: 'State', cell: ({ state }) => <State name={state} /> },
        { head: 'Message', isHead: true, cell: (row) => <Message visit={visit} row={row} /> },
        { head: 'Since', isNumber: true, cell: ({ createdAt }) => <Ago at={createdAt} now={now} /> },
        { head: 'Error', cell: ({ error = '' }) => <span class="error">{firstLine(error)}</span> },
        {
          head: 'What to do',
          cell: ({ id }) => (
            <div class="buttons">
              {may(visit, 'retry') && (
                <PostButton visit={visit} path="/outbox" fields={{ service, id, action: 'retry' }} tone="quiet">
                  Retry
                </PostButton>
              )}
              {may(visit, 'discard') && (
                <PostButton visit={visit} path="/outbox" fields={{ service, id, action: 'discard' }} tone="quiet">
                  Discard …
                </PostButton>
              )}
            </div>
          ),
        },
      ]}
    />
  );
}

function Waiting({
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
      caption={`Waiting in ${service}`}
      rows={rows}
      keyOf={({ seq }) => String(seq)}
      columns={[
        { head: 'Message', isHead: true, cell: (row) => <Message visit={visit} row={row} /> },
        {
          head: 'Key',
          cell: ({ envelope }) => envelope?.partitionkey ?? envelope?.subject ?? <span class="muted">none</span>,
        },
        { head: 'Since', isNumber: true, cell: ({ createdAt }) => <Ago at={createdAt} now={now} /> },
        { head: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
        { head: 'Then', cell: ({ dueAt }) => (dueAt > now ? `next attempt in ${duration(dueAt - now)}` : 'due') },
        { head: 'Last error', cell: ({ error = '' }) => <span class="error">{firstLine(error)}</span> },
      ]}
    />
  );
}

function Message({ visit, row: { id, envelope } }: { readonly visit: Visit; readonly row: OutboxView }) {
  return <a href={link(visit, '/conversations', { id })}>{envelope?.type ?? 'unreadable'}</a>;
}

function askToDiscard(visit: Visit, service: string, id: string): Shown {
  return ask(visit, {
    title: 'Discard this message?',
    section: '/outbox',
    lead: id,
    says: `It never leaves ${service}: no listener elsewhere hears of it. There is no undo.`,
    button: 'Discard it',
    fields: { service, id, action: 'discard' },
  });
}

function answer(visit: Visit, past: 'retried' | 'discarded', id: string, isDone: boolean): Shown {
  return done({
    title: isDone ? `1 message ${past}` : `Nothing was ${past}`,
    section: '/outbox',
    isNothing: !isDone,
    says: isDone ? `The database says: ${id} was ${past}.` : `No parked message has the id ${id} any more.`,
    onward: [[link(visit, '/outbox'), 'Back to the outbox']],
  });
}
