import type { IncomingMessage, ServerResponse } from 'node:http';
import { AnywiseError, type Anywise } from 'anywise';
import { showApis } from './apis/apis.js';
import { Snapshots } from './data/snapshots.js';
import { Arrivals } from './flow/arrivals.js';
import { sendNothingNew, sendPage, sendText, sendTo } from './http/answer.js';
import { readPageAssets, readSwaggerAssets } from './http/assets.js';
import { readForm } from './http/form.js';
import { setSafeHeaders } from './http/headers.js';
import { HttpError } from './http/http-error.js';
import { strangerAt } from './http/local.js';
import { placeOf, type Place } from './http/place.js';
import { isSameOrigin } from './http/same-origin.js';
import { seenHeader, seenName } from './http/seen.js';
import { checkDashboardOptions, showsDataByDefault, type DashboardOptions } from './options.js';
import { failed } from './pages/failed.js';
import { pages } from './pages/index.js';
import { readViewer, type KnownViewer } from './rights.js';
import { sourcesOf, type DashboardSource } from './source.js';
import { Layout } from './ui/layout.js';
import type { Page, Redirect, Shown, Visit } from './visit.js';
import type { World } from './world.js';

/** Answers requests, in Express by `app.use('/anywise', handler)` or in a server of `node:http`. */
export type DashboardHandler<Request extends IncomingMessage = IncomingMessage> = (
  request: Request,
  response: ServerResponse,
) => void;

const byPath: ReadonlyMap<string, Page> = new Map(pages.map((page) => [page.path, page]));

/**
 * Makes the dashboard of a bus, or of stores: what is stuck, since when, why, what to press, and whether it is safe.
 *
 * Without `authorize` it answers only people at this machine, and in production it cannot be made.
 *
 * @param of the bus of this process, or the stores to show.
 * @throws SetupError (`INVALID_SETUP`) that names every option that is wrong.
 * @example
 * app.use('/anywise', dashboard(anywise, { authorize: (request) => operatorOf(request) }));
 */
export function dashboard<Request extends IncomingMessage = IncomingMessage>(
  of: Anywise | readonly DashboardSource[],
  options: DashboardOptions<Request> = {},
): DashboardHandler<Request> {
  checkDashboardOptions(options as DashboardOptions);
  const { authorize, readOnly = false, base, onError = logError } = options;
  const sources = sourcesOf(of, options.sources);
  const world: World = {
    sources,
    snapshots: new Snapshots(sources),
    arrivals: new Arrivals(),
    assets: readPageAssets(),
    showData: options.showData ?? showsDataByDefault(),
    redact: options.redact,
    catalog: options.catalog,
    apis: options.openapi === undefined ? undefined : showApis(options.openapi, readSwaggerAssets()),
    traceUrl: options.traceUrl,
  };

  const viewerOf = async (request: Request): Promise<KnownViewer> => {
    if (authorize === undefined) {
      const why = strangerAt(request);
      if (why !== undefined) throw new HttpError(403, `${why} ${onlyHere}`);
      return readViewer({ user: 'local', may: 'act' }, readOnly);
    }
    const viewer = await authorize(request);
    if (viewer === undefined) throw new HttpError(403, 'You may not see this dashboard.');
    return readViewer(viewer, readOnly);
  };

  const handle = async (request: Request, response: ServerResponse): Promise<void> => {
    try {
      setSafeHeaders(response);
      const viewer = await viewerOf(request);
      await answer({ request, response, world, viewer, place: placeOf(request, base), onError });
    } catch (error) {
      if (!(error instanceof HttpError)) onError(error);
      if (response.headersSent) response.destroy();
      else if (error instanceof HttpError) sendText(response, error.status, error.message);
      else sendText(response, 500, 'The dashboard failed. Its process has logged why.');
    }
  };
  return (request, response) => void handle(request, response);
}

const onlyHere =
  'This dashboard has no `authorize`, so it answers only requests that come from its own machine, under a name such as `localhost`.';

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly world: World;
  readonly viewer: KnownViewer;
  readonly place: Place;
  readonly onError: (error: unknown) => void;
}

async function answer(call: Call): Promise<void> {
  const { request, response, world, viewer, place } = call;
  const isWrite = request.method === 'POST';
  if (!isWrite && request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD, POST');
    throw new HttpError(405, 'Only GET and POST are answered here.');
  }
  if (isWrite && !isSameOrigin(request))
    throw new HttpError(403, 'A form on another page sent this. Nothing was done.');
  if (!isWrite && world.assets.send(place.path, response)) return;
  if (!isWrite && (await world.apis?.send(place, response)) === true) return;
  const sight = await world.snapshots.look();
  const refreshes = request.headers[seenHeader];
  if (!isWrite && refreshes === seenName(sight)) {
    sendNothingNew(response);
    return;
  }
  const began = performance.now();
  const visit: Visit = {
    world,
    viewer,
    base: place.base,
    asked: `${place.path}${place.search}`,
    path: byPath.get(place.path)?.path ?? '/',
    query: new URLSearchParams(place.search),
    sight,
  };
  const shown = await shownOr(call, visit, async () => {
    const page = byPath.get(place.path);
    if (page === undefined) throw new HttpError(404, `There is no page at \`${place.path}\`.`);
    if (!isWrite) return page.look(visit);
    if (page.act === undefined) throw new HttpError(405, 'Nothing can be done on this page.');
    return page.act(visit, await readForm(request)).finally(() => world.snapshots.forget());
  });
  if ('to' in shown) sendTo(response, shown.to);
  else sendPage(response, shown.status ?? 200, <Layout visit={visit} shown={shown} />);
  if (refreshes !== undefined) world.snapshots.spend(performance.now() - began);
}

/** What went wrong is a page, too, and only those who may look see it. */
async function shownOr(
  { onError }: Call,
  visit: Visit,
  work: () => Promise<Shown | Redirect>,
): Promise<Shown | Redirect> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HttpError) return failed(visit, error.status, error.message);
    if (AnywiseError.is(error)) return failed(visit, error.code === 'NOT_FOUND' ? 404 : 503, error.message);
    onError(error);
    return failed(visit, 500, 'The dashboard failed. Its process has logged why.');
  }
}

function logError(error: unknown): void {
  console.error(error);
}
