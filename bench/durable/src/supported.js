import { AnywiseError } from 'anywise';
import { connectStore, connectTransport } from 'anywise/connect';
import { storeUrl } from './urls.js';

/**
 * Why this library cannot work on a server; `undefined` where it can.
 *
 * @param {import('./places.js').Addresses} addresses
 * @param {import('./places.js').Server} server
 */
export async function whyNotSupported(addresses, server) {
  const url = server === 'sqlite' ? 'sqlite:bench' : addresses[server];
  try {
    // Nothing is opened by either.
    await connectTransport(url);
    await connectStore(storeUrl(url), { name: 'bench' });
    return undefined;
  } catch (error) {
    if (AnywiseError.is(error) && error.code === 'INVALID_URL') return error.message;
    throw error;
  }
}
