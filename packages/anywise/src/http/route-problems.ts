import {
  ofType,
  oneOf,
  optionProblems,
  text,
  wholeNumber,
  withMethods,
  type OptionChecks,
} from '../core/errors/options.js';
import { SetupError } from '../core/errors/errors.js';
import type { RoutesOptions } from './routes-options.js';
import { routeOptionChecks, type Route } from './route.js';

/** @throws SetupError that names every route that cannot work, and every option that is out of range. */
export function checkRoutes<Request>(definitions: readonly Route<Request>[], options: RoutesOptions<Request>): void {
  const wrong = setupProblems(definitions, options);
  if (wrong.length > 0) throw new SetupError('INVALID_SETUP', '`routes()`', wrong);
}

const optionChecks: OptionChecks<RoutesOptions> = {
  context: ofType('function'),
  idempotencyScope: ofType('function'),
  bodyLimitBytes: wholeNumber(1),
};

const routeChecks: OptionChecks<Route> = {
  method: oneOf('get', 'post', 'put', 'patch', 'delete'),
  path: text(),
  message: withMethods('a command or query, made by `command` or `query`', 'parse'),
  ...routeOptionChecks,
};

function setupProblems(definitions: readonly unknown[], options: unknown): string[] {
  const problems = optionProblems(options, optionChecks);
  const { idempotencyScope } = Object(options) as RoutesOptions;
  const seen = new Set<string>();
  for (const route of definitions) {
    const { method, path, idempotencyKey } = Object(route) as Readonly<Record<keyof Route, unknown>>;
    const name = `\`${String(method).toUpperCase()} ${String(path)}\``;
    const wrong = optionProblems(route, routeChecks, ['method', 'path', 'message']);
    problems.push(...wrong.map((problem) => `${name}: ${problem}`));
    if (typeof path !== 'string') continue;
    // Two paths that differ only in the names of their parameters match the same requests.
    const requests = `${String(method)} ${path.replaceAll(/:\w+/g, ':')}`;
    if (seen.has(requests)) problems.push(`${name} can never be reached: an earlier route answers the same requests`);
    seen.add(requests);
    if (!path.startsWith('/')) problems.push(`the path of ${name} must start with a slash`);
    if (idempotencyKey === true && idempotencyScope === undefined) {
      problems.push(`${name} takes an \`Idempotency-Key\`: set \`idempotencyScope\`, so that users never share keys`);
    }
  }
  return problems;
}
