// What dispatching alone costs: here the bare call makes the same message, validated, copied and frozen, as the library does.
import { Clock, ScopedHandler, UnitOfWork, handle, listener, ten } from '../domain.js';
import { Guarded, Happened, HappenedToMany, Ping, Scoped, start } from '../library.js';

const name = 'anywise, dispatch alone';
const base = { name: 'bare await, the same message', isBase: true };

/** @returns {Promise<import('../cases.js').Adapter>} */
export default async function anywiseDispatch() {
  const { bus, scoped } = await start();
  const listen = listener();
  const listeners = ten(listener);
  const clock = new Clock();
  return {
    send: [
      { ...base, run: (n) => handle(new Ping({ n })) },
      { name, run: (n) => bus.send(new Ping({ n })) },
    ],
    send3: [
      { ...base, run: (n) => handle(new Guarded({ n })) },
      { name, run: (n) => bus.send(new Guarded({ n })) },
    ],
    publish1: [
      { ...base, run: (n) => listen(new Happened({ n })) },
      { name, run: (n) => bus.publish(new Happened({ n })) },
    ],
    publish10: [
      {
        ...base,
        async run(n) {
          const event = new HappenedToMany({ n });
          for (const each of listeners) await each(event);
        },
      },
      { name, run: (n) => bus.publish(new HappenedToMany({ n })) },
    ],
    scoped: [
      { ...base, run: (n) => new ScopedHandler(new UnitOfWork(), clock).handle(new Scoped({ n })) },
      { name, note: 'with Inversify', run: (n) => scoped.send(new Scoped({ n })) },
    ],
  };
}
