import type { IncomingMessage } from 'node:http';
import { SetupError, type Store } from 'anywise';
import { checkOptions, ofType, type OptionCheck, type OptionChecks } from 'anywise/kit';
import type { CatalogMessage } from 'anywise/docs';
import type { Viewer } from './rights.js';
import type { DashboardSource } from './source.js';

/** Options of {@link dashboard}. */
export interface DashboardOptions<Request extends IncomingMessage = IncomingMessage> {
  /**
   * Says who asks, and what they may do; `undefined` refuses them. Without it, the dashboard answers only requests that come
   * from this machine, under a name of this machine, and cannot be made at all in production.
   *
   * @defaultValue none: anyone on this machine may do everything
   */
  readonly authorize?: ((request: Request) => Viewer | undefined | Promise<Viewer | undefined>) | undefined;
  /** Takes from everyone each right but to look. @defaultValue false */
  readonly readOnly?: boolean | undefined;
  /**
   * Shows the data of messages. Types, keys, ids and errors are always shown.
   *
   * @defaultValue true in development and tests, false otherwise
   */
  readonly showData?: boolean | undefined;
  /**
   * Replaces data before it is shown, for example without what is personal. Data that it changed cannot be edited here. The
   * state of a saga comes with the name of the saga as `type`.
   */
  readonly redact?: ((type: string, data: unknown) => unknown) | undefined;
  /** The page of a trace, to which messages with a `traceparent` link. @defaultValue no links */
  readonly traceUrl?: ((traceId: string) => string) | undefined;
  /**
   * Returns every message with its schemas, examples and code, for the page Catalog: `catalog(…)` of `anywise/docs`.
   *
   * @defaultValue no such page
   */
  readonly catalog?: (() => readonly CatalogMessage[]) | undefined;
  /**
   * Returns the OpenAPI documents of services, each with a title of its own, for the page APIs: `openapi(…)` of `anywise/docs`.
   * The page shows them with Swagger UI where `swagger-ui-dist` is installed. It can send requests to those that name this
   * server, as the user of the browser.
   *
   * @defaultValue no such page
   */
  readonly openapi?: (() => readonly object[] | Promise<readonly object[]>) | undefined;
  /** Stores of other services to show as well. @defaultValue none */
  readonly sources?: readonly DashboardSource[] | undefined;
  /** The path under which a browser finds it, if a proxy changes paths. @defaultValue where it is mounted */
  readonly base?: string | undefined;
  /** Called with errors that a visitor does not see. @defaultValue writes them to the console */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const path: OptionCheck = (value) =>
  typeof value === 'string' && /^(?:\/[\w.~-]+)*$/.test(value)
    ? undefined
    : 'a path such as `/anywise`, without a slash at its end';

const sources: OptionCheck = (value) =>
  Array.isArray(value) && value.every(isSource) ? undefined : 'a list of sources, made by `storeSource(…)`';

const checks: OptionChecks<DashboardOptions> = {
  authorize: ofType('function'),
  readOnly: ofType('boolean'),
  showData: ofType('boolean'),
  redact: ofType('function'),
  traceUrl: ofType('function'),
  catalog: ofType('function'),
  openapi: ofType('function'),
  sources,
  base: path,
  onError: ofType('function'),
};

/** The values of `NODE_ENV` in which the dashboard may be open to this machine. Any other one is a production of some kind. */
const openModes: readonly (string | undefined)[] = [undefined, 'development', 'test'];

/** @throws SetupError that names every option that is wrong, or says that production needs `authorize`. */
export function checkDashboardOptions(options: DashboardOptions, mode = process.env.NODE_ENV): void {
  checkOptions('`dashboard()`', options, checks);
  if (options.authorize === undefined && !openModes.includes(mode)) {
    throw new SetupError('INVALID_SETUP', '`dashboard()`', [
      `\`authorize\` is missing, and \`NODE_ENV\` is ${JSON.stringify(mode)}: say who may see messages and who may replay them`,
    ]);
  }
}

/** Whether data is shown if nothing is said. */
export function showsDataByDefault(mode = process.env.NODE_ENV): boolean {
  return openModes.includes(mode);
}

function isSource(item: unknown): boolean {
  const { service, store } = Object(item) as Partial<DashboardSource>;
  return typeof service === 'string' && service !== '' && typeof (Object(store) as Partial<Store>).begin === 'function';
}
