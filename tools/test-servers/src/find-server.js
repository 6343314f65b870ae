/** @typedef {import('./servers.js').Server} Server */
/** @typedef {Readonly<Record<string, string | undefined>>} Environment */
/** @typedef {{ url: string } | { leftOut: string }} Found */

const off = new Set(['', '0', 'false']);

/**
 * Finds the server of a kind that tests may write to. One that is not named is used only if servers are asked for, because it
 * may hold somebody's data.
 *
 * @param {Server} server
 * @param {Environment} env
 * @returns {Promise<Found>} its URL, or why the tests on it are left out and how to include them
 * @throws {Error} if it is named or required, and cannot be used
 */
export async function findServer(server, env) {
  const { name, variable, usual } = server;
  const named = env[variable] ?? '';
  const isRequired = env.ANYWISE_TEST_SERVERS === 'required';
  const isWanted = isSet(env.ANYWISE_TEST_SERVERS) || (isSet(env.CI) && env.ANYWISE_TEST_SERVERS === undefined);
  if (named === '' && !isWanted) {
    return {
      leftOut: `Left out: the tests on ${name}, because they write to a server. To include them, set ${variable} to the URL of one that they may use, or ANYWISE_TEST_SERVERS=1 for ${usual}.`,
    };
  }
  const url = named === '' ? usual : named;
  const failure = await server.ask(url).then(
    () => undefined,
    (/** @type {unknown} */ reason) => reason,
  );
  if (failure === undefined) return { url };
  const why = `${withoutPassword(url)} cannot be used (${textOf(failure)}).`;
  if (named !== '') throw new Error(`${variable}: ${why} Correct it, or unset it to leave out the tests on ${name}.`);
  const how = `Start it, or set ${variable} to the URL of another server that tests may use.`;
  if (isRequired) throw new Error(`ANYWISE_TEST_SERVERS is \`required\`, but ${why} ${how}`);
  return { leftOut: `Left out: the tests on ${name}, because ${why} ${how}` };
}

/** @param {string | undefined} value */
function isSet(value) {
  return !off.has(value ?? '');
}

/** @param {string} url */
function withoutPassword(url) {
  return url.replace(/(:\/\/[^:@/]*):[^@/]*@/, '$1:***@');
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function textOf(error) {
  if (error instanceof AggregateError) return error.errors.map(textOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
