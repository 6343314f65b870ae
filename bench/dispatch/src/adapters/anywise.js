// The library as it is used: the message is validated, copied and frozen within the measured time.
import { Guarded, Happened, HappenedToMany, Ping, Scoped, start } from '../library.js';

/** @returns {Promise<import('../cases.js').Adapter>} */
export default async function anywise() {
  const { bus, scoped } = await start();
  return {
    send: [{ name: 'anywise', run: (n) => bus.send(new Ping({ n })) }],
    send3: [{ name: 'anywise', run: (n) => bus.send(new Guarded({ n })) }],
    publish1: [{ name: 'anywise', run: (n) => bus.publish(new Happened({ n })) }],
    publish10: [{ name: 'anywise', run: (n) => bus.publish(new HappenedToMany({ n })) }],
    scoped: [{ name: 'anywise', note: 'with Inversify', run: (n) => scoped.send(new Scoped({ n })) }],
  };
}
