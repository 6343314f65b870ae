import { query } from './raw-postgres.js';

/** The table that each job writes a row to, as the listener of the whole path does. */
export function makeEffects(url) {
  return query(url, 'CREATE TABLE effect (n integer NOT NULL, text text NOT NULL)');
}

/**
 * One call at a time: what waits meanwhile goes with the next.
 *
 * @param {(messages: readonly object[]) => Promise<unknown>} add
 * @returns {(message: object) => Promise<void>}
 */
export function together(add) {
  let waiting = [];
  let isAdding = false;
  const run = async () => {
    isAdding = true;
    // What comes in this tick goes together.
    await undefined;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await add(group.map(({ message }) => message));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    isAdding = false;
  };
  return (message) =>
    new Promise((resolve, reject) => {
      waiting.push({ message, resolve, reject });
      if (!isAdding) void run();
    });
}
