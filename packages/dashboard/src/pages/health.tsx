import { readable, type ServiceSnapshot } from '../data/snapshot.js';
import type { Rates } from '../data/rates.js';
import type { Problem, ProblemLink } from '../problems/problem.js';
import { problemsIn } from '../problems/problems.js';
import { Icon } from '../ui/icons.js';
import { Ago, Counted, Heading, Nothing, Since } from '../ui/pieces.js';
import { Table } from '../ui/table.js';
import { duration } from '../ui/time.js';
import { many, rate } from '../ui/words.js';
import { link, may, type Page, type Visit } from '../visit.js';

/** Problems first, then a row for each service and each listener. */
export const health: Page = {
  path: '/',
  look: async (visit) => {
    const problems = problemsIn(visit.sight.snapshot);
    return {
      title: 'Health',
      section: '/',
      count: problems.length > 0 ? String(problems.length) : undefined,
      isLive: true,
      body: <Health visit={visit} problems={problems} />,
    };
  },
};

interface ListenerRow {
  readonly service: ServiceSnapshot;
  readonly listener: ServiceSnapshot['counts']['inbox']['listeners'][number];
}

function Health({ visit, problems }: { readonly visit: Visit; readonly problems: readonly Problem[] }) {
  const services = readable(visit.sight.snapshot);
  const listeners = services.flatMap((service) =>
    service.counts.inbox.listeners.map((listener): ListenerRow => ({ service, listener })),
  );
  return (
    <>
      <Heading title="Health" lead={<Lead problems={problems} services={visit.world.sources.length} />} />
      {problems.length === 0 ? (
        <Nothing title="Nothing is stuck.">Every message is handled, or waits for its turn.</Nothing>
      ) : (
        <ul class="problems" aria-label="Problems">
          {problems.map((problem) => (
            <li key={`${problem.rule} ${problem.service} ${problem.title}`}>
              <ProblemCard visit={visit} problem={problem} />
            </li>
          ))}
        </ul>
      )}
      <Services visit={visit} services={services} />
      {listeners.length > 0 && <Listeners visit={visit} rows={listeners} />}
    </>
  );
}

function Lead({ problems, services }: { readonly problems: readonly Problem[]; readonly services: number }) {
  const of = many(services, 'service');
  return problems.length === 0 ? <>{of}, no problem</> : <>{`${many(problems.length, 'problem')} in ${of}`}</>;
}

function ProblemCard({ visit, problem }: { readonly visit: Visit; readonly problem: Problem }) {
  const { severity, title, since, why, safe, links, service } = problem;
  const now = readable(visit.sight.snapshot).find((each) => each.service === service)?.counts.at;
  return (
    <article class={`problem is-${severity}`}>
      <h2>
        <Icon name={severity} />
        {title}
      </h2>
      {since !== undefined && now !== undefined && (
        <p class="since">
          since <Since at={since} now={now} />
        </p>
      )}
      <dl class="reasons">
        {why !== undefined && (
          <div>
            <dt>Why</dt>
            <dd>{why}</dd>
          </div>
        )}
        {safe !== undefined && (
          <div>
            <dt>Safe?</dt>
            <dd>{safe}</dd>
          </div>
        )}
      </dl>
      <p class="buttons">
        {links
          .filter(({ right }) => right === undefined || may(visit, right))
          .map((each) => (
            <ProblemButton key={each.label} visit={visit} to={each} />
          ))}
      </p>
    </article>
  );
}

function ProblemButton({ visit, to }: { readonly visit: Visit; readonly to: ProblemLink }) {
  return (
    <a class={to.right === undefined ? 'button' : 'button main'} href={link(visit, to.path, to.query)}>
      {to.label}
    </a>
  );
}

function Services({ visit, services }: { readonly visit: Visit; readonly services: readonly ServiceSnapshot[] }) {
  const rates = (service: string): Rates | undefined => visit.sight.rates.get(service);
  const linkTo = (
    path: '/waiting' | '/dead-letters' | '/outbox' | '/scheduled',
    { service }: ServiceSnapshot,
  ): string => link(visit, path, { service });
  return (
    <Table
      caption="Services"
      rows={services}
      keyOf={({ service }) => service}
      columns={[
        { head: 'Service', isHead: true, cell: ({ service }) => service },
        { head: 'In/s', isNumber: true, cell: ({ service }) => perSecond(rates(service)?.in) },
        { head: 'Out/s', isNumber: true, cell: ({ service }) => perSecond(rates(service)?.out) },
        {
          head: 'Waiting',
          isNumber: true,
          cell: (each) => (
            <a href={linkTo('/waiting', each)}>
              <Counted value={each.counts.inbox.waiting} />
            </a>
          ),
        },
        { head: 'Oldest', isNumber: true, cell: ({ counts }) => age(counts.inbox.oldestMs) },
        { head: 'Running', isNumber: true, cell: ({ counts }) => <Counted value={counts.inbox.running} /> },
        {
          head: 'Dead',
          isNumber: true,
          cell: (each) => (
            <a href={linkTo('/dead-letters', each)}>
              <Counted value={each.counts.inbox.dead} tone="bad" />
            </a>
          ),
        },
        {
          head: 'Outbox',
          isNumber: true,
          cell: (each) => (
            <a href={linkTo('/outbox', each)}>
              <Counted value={each.counts.outbox.waiting} />
            </a>
          ),
        },
        { head: 'Parked', isNumber: true, cell: ({ counts }) => <Counted value={counts.outbox.parked} tone="bad" /> },
        {
          head: 'Scheduled',
          isNumber: true,
          cell: (each) => (
            <a href={linkTo('/scheduled', each)}>
              <Counted value={each.counts.outbox.scheduled} />
            </a>
          ),
        },
      ]}
    />
  );
}

function Listeners({ visit, rows }: { readonly visit: Visit; readonly rows: readonly ListenerRow[] }) {
  return (
    <Table
      caption="Listeners with messages"
      rows={rows}
      keyOf={({ service, listener }) => `${service.service} ${listener.listener}`}
      columns={[
        {
          head: 'Listener',
          isHead: true,
          cell: ({ service: { service }, listener: { listener } }) => (
            <a href={link(visit, '/waiting', { service, listener })}>{listener}</a>
          ),
        },
        { head: 'Service', cell: ({ service }) => service.service },
        { head: 'Waiting', isNumber: true, cell: ({ listener }) => <Counted value={listener.waiting} /> },
        {
          head: 'Oldest',
          isNumber: true,
          cell: ({ service: { counts }, listener: { oldestMs } }) =>
            oldestMs === 0 ? age(0) : <Ago at={counts.at - oldestMs} now={counts.at} />,
        },
        { head: 'Running', isNumber: true, cell: ({ listener }) => <Counted value={listener.running} /> },
        {
          head: 'Dead',
          isNumber: true,
          cell: ({ service: { service }, listener: { listener, dead } }) => (
            <a href={link(visit, '/dead-letters', { service, listener })}>
              <Counted value={dead} tone="bad" />
            </a>
          ),
        },
      ]}
    />
  );
}

function age(ms: number) {
  return ms === 0 ? <span class="muted">–</span> : duration(ms);
}

function perSecond(value: number | undefined) {
  return value === undefined ? <span class="muted">–</span> : rate(value);
}
