import type { BoundedCount } from 'anywise';
import { awayIn, readable } from '../data/snapshot.js';
import { sum } from '../data/sum.js';
import { problemsIn } from '../problems/problems.js';
import { link, sourcesSeen, type Shown, type Visit } from '../visit.js';
import { seenHeader, seenName } from '../http/seen.js';
import type { PagePath } from './href.js';
import { Icon, type IconName } from './icons.js';
import { duration, preciseClock } from './time.js';
import { count, firstLine } from './words.js';

interface Entry {
  readonly path: PagePath;
  readonly name: string;
  readonly icon: IconName;
  /** After `g`, it goes there. */
  readonly key: string;
}

const entries: readonly Entry[] = [
  { path: '/', name: 'Health', icon: 'health', key: 'h' },
  { path: '/dead-letters', name: 'Dead letters', icon: 'dead', key: 'd' },
  { path: '/waiting', name: 'Waiting', icon: 'waiting', key: 'w' },
  { path: '/outbox', name: 'Outbox', icon: 'outbox', key: 'o' },
  { path: '/scheduled', name: 'Scheduled', icon: 'scheduled', key: 's' },
  { path: '/conversations', name: 'Conversations', icon: 'conversations', key: 'c' },
  { path: '/flow', name: 'Flow', icon: 'flow', key: 'f' },
  { path: '/catalog', name: 'Catalog', icon: 'catalog', key: 'l' },
  { path: '/apis', name: 'APIs', icon: 'apis', key: 'i' },
  { path: '/sagas', name: 'Sagas', icon: 'sagas', key: 'g' },
  { path: '/projections', name: 'Projections', icon: 'projections', key: 'm' },
  { path: '/processes', name: 'Processes', icon: 'processes', key: 'r' },
  { path: '/actions', name: 'Actions', icon: 'actions', key: 'a' },
];

const htmxConfig = JSON.stringify({
  includeIndicatorCSS: false,
  history: false,
  noSwap: [204, 304, '4xx', '5xx'],
  // What a reader has opened stays open.
  morphIgnore: ['data-htmx-powered', 'open'],
});

/** A whole page. */
export function Layout({ visit, shown }: { readonly visit: Visit; readonly shown: Shown }) {
  const { base, world } = visit;
  const { paths } = world.assets;
  const { title, count: counted, isLive, body } = shown;
  const live = isLive && {
    'hx-get': `${base}${visit.asked}`,
    'hx-trigger': 'tick from:body',
    'hx-headers': JSON.stringify({ [seenHeader]: seenName(visit.sight) }),
    'hx-select': '#page',
    'hx-swap': 'outerMorph',
  };
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content={htmxConfig} />
        <title>{`${counted === undefined ? '' : `(${counted}) `}${title} · Anywise`}</title>
        <link rel="icon" href={`${base}${paths.icon}`} type="image/svg+xml" />
        <link rel="stylesheet" href={`${base}${paths.style}`} />
        <script src={`${base}${paths.htmx}`} defer />
        <script src={`${base}${paths.script}`} defer />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the page
        </a>
        <div id="page" class="page" {...live}>
          <Side visit={visit} shown={shown} />
          <main id="main" tabIndex={-1}>
            {visit.path === '/' ? null : <Away visit={visit} />}
            {body}
          </main>
        </div>
        <p id="connection" class="connection" role="status" />
        <Help />
      </body>
    </html>
  );
}

/** What the page leaves out. Health says it among the problems. */
function Away({ visit }: { readonly visit: Visit }) {
  return (
    <>
      {[...awayIn(visit.sight.snapshot)].map(([service, why]) => (
        <p key={service} class="note warn">
          {`Nothing of ${service} is shown: its store cannot be read. ${firstLine(why)}`}
        </p>
      ))}
    </>
  );
}

function Side({ visit, shown }: { readonly visit: Visit; readonly shown: Shown }) {
  const { base, sight, query, path } = visit;
  return (
    <header class="side">
      <a class="brand" href={link(visit, '/')}>
        <img src={`${base}${visit.world.assets.paths.icon}`} alt="" width="24" height="24" />
        Anywise
      </a>
      <form class="search" role="search" action={link(visit, '/search')}>
        <label class="unseen" for="search">
          Search by id, key, type or correlation
        </label>
        <input
          id="search"
          name="q"
          type="search"
          placeholder="Search id, key, type …"
          autocomplete="off"
          spellcheck={false}
          value={path === '/search' ? (query.get('q') ?? '') : ''}
        />
        <kbd aria-hidden="true" class="needs-js">
          /
        </kbd>
      </form>
      <nav aria-label="Pages">
        <ul>
          {entries
            .filter(({ path }) => !isEmpty(visit, path))
            .map((entry) => (
              <li key={entry.path}>
                <a
                  href={link(visit, entry.path)}
                  data-key={entry.key}
                  aria-current={entry.path === shown.section ? 'page' : undefined}
                >
                  <Icon name={entry.icon} />
                  <span>{entry.name}</span>
                  <Badge visit={visit} path={entry.path} />
                </a>
              </li>
            ))}
        </ul>
      </nav>
      <div class="foot">
        <p>
          {shown.isLive ? <span class="dot" aria-hidden="true" /> : null}
          {shown.isLive ? <Live sight={sight} /> : 'As of '}
          <time dateTime={new Date(sight.snapshot.takenAt).toISOString()}>
            {preciseClock(sight.snapshot.takenAt).slice(0, 8)} UTC
          </time>
        </p>
        <p class="needs-js buttons" hx-morph-skip="">
          {shown.isLive ? (
            <button id="pause" class="quiet" type="button" data-press="pause" aria-pressed="false">
              Pause
            </button>
          ) : null}
          <button class="quiet" type="button" data-press="help">
            Keys
          </button>
        </p>
        <p class="viewer">{visit.viewer.user}</p>
      </div>
    </header>
  );
}

/** Where looking costs a service too much to do it every second, the page says how often. */
function Live({ sight: { freshMs } }: Pick<Visit, 'sight'>) {
  return <>{freshMs < 2_000 ? 'Live, ' : `Live every ${duration(freshMs)}, `}</>;
}

/** Whether a page has nothing to show, as the dashboard was given nothing for it. */
function isEmpty(visit: Visit, path: PagePath): boolean {
  const { world } = visit;
  const sources = sourcesSeen(visit);
  // What one has that cannot be read is not known.
  const isKnown = sources.length === world.sources.length;
  switch (path) {
    case '/catalog':
      return world.catalog === undefined;
    case '/apis':
      return world.apis === undefined;
    case '/sagas':
      return isKnown && sources.every(({ store }) => store.sagas === undefined);
    case '/projections':
      return isKnown && sources.every(({ store }) => store.projections === undefined);
    default:
      return false;
  }
}

function Badge({ visit, path }: { readonly visit: Visit; readonly path: PagePath }) {
  const services = readable(visit.sight.snapshot);
  const total = (pick: (service: (typeof services)[number]) => BoundedCount) => sum(services.map(pick));
  const shown = (): readonly [BoundedCount, string] | undefined => {
    switch (path) {
      case '/': {
        const problems = problemsIn(visit.sight.snapshot);
        const isBad = problems.some(({ severity }) => severity === 'bad');
        return [{ count: problems.length, isMore: false }, isBad ? 'bad' : 'warn'];
      }
      case '/dead-letters':
        return [total(({ counts }) => counts.inbox.dead), 'bad'];
      case '/waiting':
        return [total(({ counts }) => counts.inbox.waiting), ''];
      case '/outbox':
        return [total(({ counts }) => counts.outbox.waiting), ''];
      case '/scheduled':
        return [total(({ counts }) => counts.outbox.scheduled), ''];
      default:
        return undefined;
    }
  };
  const badge = shown();
  if (badge === undefined || badge[0].count === 0) return null;
  return <span class={`badge ${badge[1]}`}>{count(badge[0])}</span>;
}

function Help() {
  const keys: readonly (readonly [string, string])[] = [
    ['/', 'search'],
    ['?', 'this help'],
    ['p', 'pause, and go on'],
    ['Esc', 'leave a field, or close this'],
    ...entries.map(({ key, name }) => [`g ${key}`, name] as const),
  ];
  return (
    <dialog id="help" aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p>
        <button type="button" data-press="close">
          Close
        </button>
      </p>
    </dialog>
  );
}
