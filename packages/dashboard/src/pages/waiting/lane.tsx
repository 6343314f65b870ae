import type { InboxRow } from 'anywise';
import { Crumbs } from '../../ui/crumbs.js';
import { Heading, Nothing } from '../../ui/pieces.js';
import { duration } from '../../ui/time.js';
import { firstLine } from '../../ui/words.js';
import { link, sourceOf, type Shown, type Visit } from '../../visit.js';
import { nowOf } from '../paging.js';
import { viewOf } from '../view.js';
import { Rows } from './rows.js';

const most = 200;

/** The lane of one key, in order, and what blocks it. */
export async function lanePage(visit: Visit, service: string, listener: string, key: string): Promise<Shown> {
  const rows = await viewOf(sourceOf(visit, service)).inbox({ listener, key }, { limit: most });
  const now = nowOf(visit, service);
  const [head] = rows;
  return {
    title: `Lane ${key}`,
    section: '/waiting',
    count: rows.length > 0 ? String(rows.length) : undefined,
    isLive: true,
    body: (
      <>
        <div>
          <Crumbs
            trail={[
              [link(visit, '/waiting'), 'Waiting'],
              [link(visit, '/waiting', { service, listener }), listener],
            ]}
          />
          <Heading title={`Lane ${key}`} lead="Messages with one key are handled one after the other." />
        </div>
        {head === undefined ? (
          <Nothing title="The lane is empty.">Everything with this key was handled.</Nothing>
        ) : (
          <>
            <Blocker visit={visit} service={service} head={head} now={now} behind={rows.length - 1} />
            <Rows visit={visit} service={service} caption="In order" rows={rows} now={now} isLane />
          </>
        )}
      </>
    ),
  };
}

function Blocker(given: {
  readonly visit: Visit;
  readonly service: string;
  readonly head: InboxRow;
  readonly now: number;
  readonly behind: number;
}) {
  const { visit, service, head, now, behind } = given;
  const { listener, source, id, state, error = '', attempts, at } = head;
  const rest = behind === 0 ? 'Nothing waits behind it.' : `${behind} wait behind it.`;
  if (state === 'dead') {
    return (
      <div class="note bad">
        <p>
          A dead letter blocks it: “{firstLine(error)}” {rest} They go on once it is replayed or discarded.
        </p>
        <p>
          <a href={link(visit, '/dead-letters/letter', { service, listener, source, id })}>Look at the dead letter</a>
        </p>
      </div>
    );
  }
  const why =
    state === 'running'
      ? `The first one is being handled, attempt ${attempts}.`
      : error === ''
        ? 'The first one is due, and is handled as soon as a process has a place for it.'
        : `The first one failed: “${firstLine(error)}” ${at > now ? `The next attempt is in ${duration(at - now)}.` : 'The next attempt is due.'}`;
  return (
    <div class="note">
      <p>
        {why} {rest}
      </p>
    </div>
  );
}
