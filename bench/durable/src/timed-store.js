import { now } from './message.js';

/** @typedef {import('anywise').Store} Store */

/**
 * A store that tells how many messages were claimed from it, and how long that took.
 *
 * @param {Store} store
 */
export function timed(store) {
  const claims = { count: 0, ms: 0 };
  /** @type {Store['inbox']['claim']} */
  const claim = async (options) => {
    const begin = now();
    const claimed = await store.inbox.claim(options);
    claims.ms += now() - begin;
    claims.count += claimed.claims.length;
    return claimed;
  };
  return { store: withOther(store, { inbox: () => withOther(store.inbox, { claim: () => claim }) }), claims };
}

/**
 * The same object with other values for some properties.
 *
 * @template {object} T
 * @param {T} target
 * @param {{ [K in keyof T]?: () => T[K] }} others
 * @returns {T}
 */
function withOther(target, others) {
  return new Proxy(target, {
    get(_, name) {
      const other = others[/** @type {keyof T} */ (name)];
      if (other !== undefined) return other();
      const value = /** @type {unknown} */ (Reflect.get(target, name, target));
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
