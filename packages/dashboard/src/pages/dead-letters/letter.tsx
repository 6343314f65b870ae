import type { DeadLetter, Envelope, FailedAttempt } from 'anywise';
import type { ComponentChildren } from 'preact';
import { behind, type Behind } from '../../letters/behind.js';
import { envelopeOf, shownData, traceIdOf } from '../../letters/data.js';
import { findLetter } from '../../letters/find.js';
import { readingOf, type Reading } from '../../letters/reading.js';
import { Crumbs } from '../../ui/crumbs.js';
import { Diff } from '../../ui/diff.js';
import { PostButton } from '../../ui/form.js';
import { Json, prettyJson } from '../../ui/json.js';
import { Fact, Heading, Since } from '../../ui/pieces.js';
import { Table } from '../../ui/table.js';
import { clock, preciseClock } from '../../ui/time.js';
import { firstLine, many, manyCounted, visible } from '../../ui/words.js';
import { link, may, type Page, type Visit } from '../../visit.js';
import { nowOf } from '../paging.js';
import { replayOne } from './replay.js';
import { letterQuery } from './letter-query.js';
import { StoredAndRead } from './stored-and-read.js';

/** One dead letter: what failed, with what, what waits for it, and what can be done. */
export const letterPage: Page = {
  path: '/dead-letters/letter',
  look: async (visit) => {
    const { source, letter } = await findLetter(visit, visit.query);
    const { service } = source;
    const known: Known = {
      visit,
      service,
      letter,
      envelope: envelopeOf(letter.json),
      reading: readingOf(source, letter),
      waiting: await behind(source, letter),
      newest: (await source.describe?.())?.messages.find(({ type }) => type === letter.type)?.version,
      now: nowOf(visit, service),
    };
    return {
      title: letter.type === '' ? 'Unreadable message' : letter.type,
      section: '/dead-letters',
      isLive: false,
      body: <Letter {...known} />,
    };
  },
  act: replayOne,
};

interface Known {
  readonly visit: Visit;
  readonly service: string;
  readonly letter: DeadLetter;
  /** `undefined` if what arrived cannot be read. */
  readonly envelope: Envelope | undefined;
  readonly reading: Reading | undefined;
  readonly waiting: Behind;
  /** The version in which the service handles the message; `undefined` if its contract is not known here. */
  readonly newest: number | undefined;
  readonly now: number;
}

function Letter(known: Known) {
  const { visit, service, letter, now } = known;
  const { type, listener, diedAt, attempts } = letter;
  return (
    <>
      <div>
        <Crumbs
          trail={[
            [link(visit, '/dead-letters'), 'Dead letters'],
            [link(visit, '/dead-letters', { service, listener }), listener],
          ]}
        />
        <Heading
          title={type === '' ? 'Unreadable message' : type}
          lead={
            <>
              dead since <Since at={diedAt} now={now} />, {many(attempts, 'attempt')}, {holdsUpText(known)}
            </>
          }
        />
      </div>
      <Buttons {...known} />
      <ErrorCard {...known} />
      <div class="columns">
        <DataCard {...known} />
        <div class="fields">
          <SafetyCard {...known} />
          <OriginCard {...known} />
          {known.waiting.rows.length > 0 && <BehindCard {...known} />}
        </div>
      </div>
    </>
  );
}

function Buttons({ visit, service, letter, waiting }: Known) {
  const fields = letterQuery(service, letter);
  const after = manyCounted({ count: waiting.rows.length, isMore: waiting.isMore }, 'message');
  return (
    <div>
      <div class="buttons">
        {may(visit, 'replay') && (
          <PostButton visit={visit} path="/dead-letters/letter" fields={fields} tone="main">
            Replay
          </PostButton>
        )}
        {may(visit, 'edit') && visit.world.showData && (
          <a class="button" href={link(visit, '/dead-letters/edit', fields)}>
            Edit …
          </a>
        )}
        {may(visit, 'discard') && (
          <a class="button danger" href={link(visit, '/dead-letters/bulk', { ...fields, action: 'discard' })}>
            Discard …
          </a>
        )}
      </div>
      {waiting.rows.length > 0 && may(visit, 'discard') && (
        <p class="hint">Discarding it lets {after} go on without it.</p>
      )}
    </div>
  );
}

function ErrorCard({ letter: { error, failures }, now }: Known) {
  const last = failures.at(-1);
  return (
    <section class="card" aria-labelledby="error">
      <h2 id="error">Error</h2>
      <pre class="bad" tabIndex={0} role="group" aria-label="Error">
        {visible(error)}
      </pre>
      {last?.stack !== undefined && (
        <details>
          <summary>Stack of the last attempt</summary>
          <pre tabIndex={0} role="group" aria-label="Stack of the last attempt">
            {visible(last.stack)}
          </pre>
        </details>
      )}
      {failures.length > 1 && (
        <details>
          <summary>{`The last ${many(failures.length, 'attempt')}, from ${clock(failures[0]?.at ?? 0, now)}`}</summary>
          <Attempts failures={failures} />
        </details>
      )}
    </section>
  );
}

function Attempts({ failures }: { readonly failures: readonly FailedAttempt[] }) {
  return (
    <Table
      caption="Attempts"
      isCaptionHidden
      rows={failures}
      keyOf={({ attempt }) => String(attempt)}
      columns={[
        { head: 'Attempt', isNumber: true, cell: ({ attempt }) => attempt },
        { head: 'At (UTC)', cell: ({ at }) => preciseClock(at) },
        { head: 'Class', cell: ({ name }) => name ?? <span class="muted">–</span> },
        { head: 'Error', cell: ({ error }) => <span class="error">{firstLine(error)}</span> },
      ]}
    />
  );
}

function DataCard({ visit, letter, envelope, reading, newest }: Known) {
  return (
    <section class="card" aria-labelledby="data">
      <h2 id="data">Data</h2>
      {envelope !== undefined && newest !== undefined && newest !== envelope.schemaversion && (
        <p class="note">
          {newest > envelope.schemaversion
            ? `It came in version ${envelope.schemaversion}, and is upcast to ${newest} before it is handled.`
            : `It came in version ${envelope.schemaversion}, newer than ${newest}, which this service knows.`}
        </p>
      )}
      <Data visit={visit} letter={letter} envelope={envelope} />
      {envelope !== undefined && <StoredAndRead visit={visit} envelope={envelope} reading={reading} />}
      {letter.original !== undefined && visit.world.showData && visit.world.redact === undefined && (
        <details open>
          <summary>What was edited</summary>
          <Diff before={pretty(letter.original)} after={pretty(letter.json)} label="What was edited" />
        </details>
      )}
    </section>
  );
}

function Data({ visit, letter, envelope }: Pick<Known, 'visit' | 'letter' | 'envelope'>) {
  if (envelope === undefined) {
    if (!visit.world.showData || visit.world.redact !== undefined) return <p class="muted">{hiddenText}</p>;
    return (
      <>
        <p class="muted">It cannot be read as a message. This is what arrived:</p>
        <pre tabIndex={0} role="group" aria-label="What arrived">
          {visible(letter.json)}
        </pre>
      </>
    );
  }
  const shown = shownData(visit.world, letter.type, envelope.data);
  if (shown.kind === 'hidden') return <p class="muted">{hiddenText}</p>;
  return (
    <>
      {shown.kind === 'redacted' && <p class="muted">Parts of it are withheld, so that it cannot be edited here.</p>}
      <Json value={shown.data} label="Data" />
    </>
  );
}

const hiddenText = 'It is hidden here. `showData` of the dashboard shows it.';

function SafetyCard({ letter: { listener, source, id } }: Known) {
  return (
    <section class="card" aria-labelledby="safe">
      <h2 id="safe">Is it safe?</h2>
      <p>
        What its attempts wrote to the database was rolled back, so that a replay begins anew. Two replays at once are
        one: the second finds nothing to replay.
      </p>
      <p>
        What an attempt did elsewhere may have happened. If the listener passes an idempotency key on, it is{' '}
        <code class="mono">{visible(`${listener}:${source}:${id}`)}</code>.
      </p>
    </section>
  );
}

function OriginCard({ visit, letter, envelope, now }: Known) {
  const trace = envelope && traceIdOf(envelope);
  const facts: (readonly [string, ComponentChildren])[] = [
    ['Id', <code class="mono">{visible(letter.id)}</code>],
    ['From', letter.source === '' ? 'unknown' : visible(letter.source)],
    ['Key', letter.key === undefined ? 'none' : visible(letter.key)],
    ['Received', <Since at={letter.receivedAt} now={now} />],
  ];
  if (envelope !== undefined) {
    facts.push([
      'Conversation',
      <a href={link(visit, '/conversations', { id: envelope.correlationid })}>{visible(envelope.correlationid)}</a>,
    ]);
    if (envelope.causationid !== undefined) {
      facts.push([
        'Came of',
        <a href={link(visit, '/conversations', { id: envelope.correlationid })}>{visible(envelope.causationid)}</a>,
      ]);
    }
  }
  const traceUrl = trace === undefined ? undefined : visit.world.traceUrl?.(trace);
  if (traceUrl !== undefined) facts.push(['Trace', <a href={traceUrl}>{trace}</a>]);
  return (
    <section class="card" aria-labelledby="origin">
      <h2 id="origin">Where it came from</h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function BehindCard({ visit, service, letter, waiting, now }: Known) {
  const { listener, key } = letter;
  const shown = waiting.rows.slice(0, 8);
  return (
    <section class="card" aria-labelledby="behind">
      <h2 id="behind">{`${manyCounted({ count: waiting.rows.length, isMore: waiting.isMore }, 'message')} behind it`}</h2>
      <Table
        caption="What waits behind it"
        isCaptionHidden
        rows={shown}
        keyOf={({ seq }) => String(seq)}
        columns={[
          { head: 'Message', cell: ({ type }) => type },
          { head: 'Key', cell: (row) => row.key ?? '–' },
          { head: 'Since', isNumber: true, cell: ({ receivedAt }) => <Since at={receivedAt} now={now} /> },
        ]}
      />
      <p>
        <a
          href={link(visit, '/waiting', {
            service,
            listener,
            ...(letter.holdsUp === 'key' && key !== undefined && { key }),
          })}
        >
          See the lane
        </a>
      </p>
    </section>
  );
}

function holdsUpText({ letter: { holdsUp, key }, waiting }: Known): string {
  if (holdsUp === 'nothing') return 'holds up nothing';
  const what = holdsUp === 'listener' ? 'the listener' : `key ${visible(key ?? '')}`;
  const count = manyCounted({ count: waiting.rows.length, isMore: waiting.isMore }, 'message');
  return `holds up ${what} (${waiting.rows.length === 0 ? 'nothing waits yet' : `${count} wait`})`;
}

function pretty(json: string): string {
  const envelope = envelopeOf(json);
  return envelope === undefined ? visible(json) : prettyJson(envelope.data);
}
