import type { ComponentChildren } from 'preact';
import { findConversation, mostSightings } from '../conversations/find.js';
import { treeOf, type Branch, type Sighting } from '../conversations/tree.js';
import { Heading, Nothing, State } from '../ui/pieces.js';
import { duration, isoTime, preciseClock } from '../ui/time.js';
import { firstLine, many } from '../ui/words.js';
import { link, sourcesSeen, type Page, type Shown, type Visit } from '../visit.js';

/** The life of a message over all services: what it came of, and what came of it. */
export const conversations: Page = {
  path: '/conversations',
  look: async (visit) => {
    const id = visit.query.get('id')?.trim() ?? '';
    return id === '' ? start(visit) : show(visit, id, await findConversation(sourcesSeen(visit), id));
  },
};

function start(visit: Visit): Shown {
  return {
    title: 'Conversations',
    section: '/conversations',
    isLive: false,
    body: (
      <>
        <Heading
          title="Conversations"
          lead="All messages that came of one request or one publish, over all services, as a tree."
        />
        <Ask visit={visit} id="" />
      </>
    ),
  };
}

function Ask({ visit, id }: { readonly visit: Visit; readonly id: string }) {
  return (
    <form class="card fields" action={link(visit, '/conversations')}>
      <div class="field">
        <label for="conversation">Id of a message, or of its conversation</label>
        <input id="conversation" name="id" value={id} autocomplete="off" spellcheck={false} required />
        <p class="hint">It is in logs, in traces, in the answers of `enqueue`, and on every page of a message here.</p>
      </div>
      <p>
        <button type="submit" class="main">
          Show
        </button>
      </p>
    </form>
  );
}

function show(visit: Visit, id: string, sightings: readonly Sighting[]): Shown {
  const tree = treeOf(sightings);
  const messages = new Set(sightings.map((seen) => seen.id)).size;
  const services = new Set(sightings.map(({ service }) => service)).size;
  const span = spanOf(sightings, visit.sight.snapshot.takenAt);
  const dead = sightings.filter(({ state }) => state === 'dead').length;
  return {
    title: messages === 0 ? 'Conversation' : `Conversation of ${many(messages, 'message')}`,
    section: '/conversations',
    count: messages > 0 ? String(messages) : undefined,
    isLive: true,
    body: (
      <>
        <Heading
          title={messages === 0 ? 'Conversation' : `Conversation of ${many(messages, 'message')}`}
          lead={
            messages === 0
              ? id
              : `${many(services, 'service')}, ${duration(span.to - span.from)} from its first message to its last step${dead > 0 ? `, ${many(dead, 'dead letter')}` : ''}`
          }
        />
        {messages === 0 ? (
          <>
            <Nothing title="Nothing of it is kept.">
              No store that is shown here has a message with this id. Handled ones are kept for seven days.
            </Nothing>
            <Ask visit={visit} id={id} />
          </>
        ) : (
          <ol class="tree card" aria-label="Messages, each below the one that it came of">
            {tree.map((branch, index) => (
              <BranchItem
                key={branch.id}
                visit={visit}
                branch={branch}
                span={span}
                wanted={id}
                isCauseSaid={index > 0 && tree[index - 1]?.unseenCause === branch.unseenCause}
              />
            ))}
          </ol>
        )}
        {sightings.length >= mostSightings && (
          <p class="note warn">It is long: some of its messages may be left out.</p>
        )}
      </>
    ),
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function BranchItem(given: {
  readonly visit: Visit;
  readonly branch: Branch;
  readonly span: Span;
  readonly wanted: string;
  /** The one before came of the same. */
  readonly isCauseSaid?: boolean | undefined;
}) {
  const { visit, branch, span, wanted, isCauseSaid = false } = given;
  const { id, type, key, since, unseenCause, children, sightings, source } = branch;
  return (
    <li>
      {unseenCause !== undefined && !isCauseSaid && (
        <p class="muted cause">came of {unseenCause}, which was not kept</p>
      )}
      <div class={`message ${id === wanted ? 'is-wanted' : ''}`}>
        <p class="message-head">
          <strong>{type === '' ? 'unreadable' : type}</strong>
          {key !== undefined && <span class="muted">{key}</span>}
          <time class="muted" dateTime={isoTime(since)}>
            {preciseClock(since)}
          </time>
          <span class="muted">from {source}</span>
        </p>
        <ul class="steps">
          {sightings.map((seen) => (
            <Step key={`${seen.service} ${seen.part} ${seen.seq}`} visit={visit} seen={seen} span={span} />
          ))}
        </ul>
        <p class="muted id">
          <code>{id}</code>
        </p>
      </div>
      {children.length > 0 && (
        <ol>
          {children.map((child) => (
            <BranchItem key={child.id} visit={visit} branch={child} span={span} wanted={wanted} />
          ))}
        </ol>
      )}
    </li>
  );
}

function Step({ visit, seen, span }: { readonly visit: Visit; readonly seen: Sighting; readonly span: Span }) {
  const { service, state, error, attempts, source, id } = seen;
  return (
    <li>
      <span class="step-who">{seen.part === 'inbox' ? seen.listener : `outbox of ${service}`}</span>
      <State name={state} />
      <span class="muted">{whenText(seen, visit.sight.snapshot.takenAt)}</span>
      <Bar seen={seen} span={span} now={visit.sight.snapshot.takenAt} />
      {attempts > 1 && <span class="muted">{many(attempts, 'attempt')}</span>}
      {error !== undefined && <span class="bad error">{firstLine(error)}</span>}
      {seen.part === 'inbox' && state === 'dead' && (
        <a href={link(visit, '/dead-letters/letter', { service, listener: seen.listener, source, id })}>
          Look at the dead letter
        </a>
      )}
      {state === 'scheduled' && <a href={link(visit, '/scheduled', { service })}>See what is scheduled</a>}
      {state === 'parked' && <a href={link(visit, '/outbox', { service })}>See what is parked</a>}
    </li>
  );
}

/** From when it came to when it ended, within the whole conversation. */
function Bar({
  seen,
  span,
  now,
}: {
  readonly seen: Sighting;
  readonly span: Span;
  readonly now: number;
}): ComponentChildren {
  const whole = Math.max(1, span.to - span.from);
  const end = isOver(seen) ? seen.at : Math.min(now, span.to);
  const x = (100 * (seen.since - span.from)) / whole;
  const width = Math.max(0.8, (100 * (end - seen.since)) / whole);
  return (
    <svg class={`bar ${seen.state}`} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-track" x="0" y="2" width="100" height="2" rx="1" />
      <rect
        x={Math.min(x, 99.2).toFixed(2)}
        y="0"
        width={Math.min(width, 100 - Math.min(x, 99.2)).toFixed(2)}
        height="6"
        rx="1"
      />
    </svg>
  );
}

function whenText({ state, since, at, part }: Sighting, now: number): string {
  if (part === 'inbox' && (state === 'handled' || state === 'dead'))
    return `after ${duration(Math.max(0, at - since))}`;
  if (state === 'scheduled') return at > now ? `due in ${duration(at - now)}` : 'due';
  if (state === 'waiting' && at > now) return `next attempt in ${duration(at - now)}`;
  return `for ${duration(Math.max(0, now - since))}`;
}

function isOver({ state }: Sighting): boolean {
  return state === 'handled' || state === 'dead';
}

function spanOf(sightings: readonly Sighting[], now: number): Span {
  if (sightings.length === 0) return { from: now, to: now };
  const from = Math.min(...sightings.map(({ since }) => since));
  const ends = sightings.map((seen) => (isOver(seen) ? seen.at : Math.max(now, seen.since)));
  return { from, to: Math.max(from, ...ends) };
}
