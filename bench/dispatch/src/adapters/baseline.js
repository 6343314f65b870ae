// What the same work costs without any library: the floor, and some ways to build a bus by hand.
import { Clock, Happened, Ping, ScopedHandler, UnitOfWork, handle, listener, ran, ten } from '../domain.js';

/** @typedef {(message: Ping) => Promise<number>} Handle */

/** @returns {Promise<import('../cases.js').Adapter>} */
export default async function baseline() {
  const handlers = new Map([[Ping, handle]]);
  const guarded = new Map([[Ping, guard(guard(guard(handle)))]]);
  const listen = listener();
  const listeners = ten(listener);
  const clock = new Clock();
  const bareAwait = { name: 'bare await', isBase: true, run: (/** @type {number} */ n) => handle(new Ping(n)) };

  return {
    send: [
      bareAwait,
      {
        name: 'by hand: a Map of handlers',
        run(n) {
          const ping = new Ping(n);
          return handlers.get(/** @type {typeof Ping} */ (ping.constructor))?.(ping);
        },
      },
    ],
    send3: [
      bareAwait,
      {
        name: 'by hand: 3 async closures',
        run(n) {
          const ping = new Ping(n);
          return guarded.get(/** @type {typeof Ping} */ (ping.constructor))?.(ping);
        },
      },
    ],
    publish1: [
      { name: 'bare await', isBase: true, run: (n) => listen(new Happened(n)) },
      {
        name: 'by hand: a loop of awaits',
        async run(n) {
          const event = new Happened(n);
          for (const each of [listen]) await each(event);
        },
      },
    ],
    publish10: [
      {
        name: 'bare await',
        note: 'of each listener in turn',
        isBase: true,
        async run(n) {
          const event = new Happened(n);
          for (const each of listeners) await each(event);
        },
      },
      {
        name: 'by hand: Promise.all',
        run(n) {
          const event = new Happened(n);
          return Promise.all(listeners.map((each) => each(event)));
        },
      },
      {
        name: 'by hand: Promise.allSettled',
        run(n) {
          const event = new Happened(n);
          return Promise.allSettled(listeners.map((each) => each(event)));
        },
      },
    ],
    scoped: [
      {
        name: 'bare await',
        isBase: true,
        run: (n) => new ScopedHandler(new UnitOfWork(), clock).handle(new Ping(n)),
      },
    ],
    growth: [bareAwait],
  };
}

/**
 * @param {Handle} next
 * @returns {Handle}
 */
function guard(next) {
  return async (message) => {
    ran.guards++;
    const reply = await next(message);
    return reply;
  };
}
