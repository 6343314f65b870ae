import { envelope } from './envelope.js';

/**
 * A log under test: what it is asked for is the same for both libraries.
 *
 * @typedef {object} Log
 * @property {(stream: string, version: number, count: number) => Promise<void>} append rejects unless `version` is that of the stream
 * @property {(stream: string) => Promise<number>} load how many events the stream has, all of them read
 * @property {() => Promise<void>} close
 */

/**
 * The log of a store of this library, as entities use it: one transaction an append.
 *
 * @param {import('anywise').Store} store
 * @returns {Log}
 */
export function logOf(store) {
  return {
    async append(stream, version, count) {
      const transaction = store.begin({ readOnly: false });
      const events = Array.from({ length: count }, () => {
        const one = envelope(stream);
        return { envelope: one, json: JSON.stringify(one) };
      });
      try {
        await transaction.log?.append([{ stream, expected: version, events }]);
        await transaction.commit();
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    },
    async load(stream) {
      const transaction = store.begin({ readOnly: true });
      try {
        const loaded = await transaction.log?.load(stream, { limit: 1_000 });
        const events = (loaded?.events ?? []).map(({ json }) => JSON.parse(json ?? 'null'));
        await transaction.commit();
        return events.length;
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    },
    close: () => store.close(),
  };
}
