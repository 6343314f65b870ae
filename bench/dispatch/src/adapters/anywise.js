import 'reflect-metadata';
import { Anywise, MessageRegistry, command, event, methods, on, type } from 'anywise';
import { inversify } from 'anywise/inversify';
import { Container, inject, injectable } from 'inversify';
import { Clock, ScopedHandler, UnitOfWork, handle, listener, ran, ten } from '../domain.js';

/** @type {import('anywise').StandardSchema<{ n: number }>} */
const data = type();
/** @type {import('anywise').StandardSchema<number>} */
const reply = type();
const entityId = () => 'bench';

class Ping extends command('bench.ping', { data, reply }) {}
class Guarded extends command('bench.guarded', { data, reply }) {}
class Scoped extends command('bench.scoped', { data, reply }) {}
class Happened extends event('bench.happened', { data, entityId }) {}
class HappenedToMany extends event('bench.happened-to-many', { data, entityId }) {}

/** @returns {Promise<import('../cases.js').Adapter>} */
export default async function anywise() {
  const bus = await start([
    on(Ping).handle(handle),
    on(Guarded).handle(handle),
    guard(),
    guard(),
    guard(),
    on(Happened).listen(listener()),
    ...ten((index) => on(HappenedToMany).named(`listener-${index}`).listen(listener())),
  ]);
  const scoped = await start([methods(ScopedHandler, /** @type {*} */ ({ handle: Scoped }))], scopes());

  return {
    send: [{ name: 'anywise', run: (n) => bus.send(new Ping({ n })) }],
    send3: [{ name: 'anywise', run: (n) => bus.send(new Guarded({ n })) }],
    publish1: [{ name: 'anywise', run: (n) => bus.publish(new Happened({ n })) }],
    publish10: [{ name: 'anywise', run: (n) => bus.publish(new HappenedToMany({ n })) }],
    scoped: [{ name: 'anywise', note: 'with Inversify', run: (n) => scoped.send(new Scoped({ n })) }],
  };
}

function guard() {
  return on(Guarded).guard(async (_command, _context, next) => {
    ran.guards++;
    const reply = await next();
    return reply;
  });
}

/** A container as a service would set it up: one dependency for each message, and one for all. */
function scopes() {
  injectable()(UnitOfWork);
  injectable()(Clock);
  injectable()(ScopedHandler);
  inject(UnitOfWork)(ScopedHandler, undefined, 0);
  inject(Clock)(ScopedHandler, undefined, 1);
  const container = new Container({ jitless: false });
  container.bind(Clock).toSelf().inSingletonScope();
  container.bind(ScopedHandler).toSelf();
  return inversify(container).scoped(UnitOfWork, (bind) => bind.to(UnitOfWork));
}

/**
 * @param {readonly import('anywise').Registrable[]} items
 * @param {import('anywise').ContainerAdapter} [container]
 */
async function start(items, container) {
  const registries = [new MessageRegistry('bench').register(...items)];
  const bus = new Anywise({ name: 'bench', registries, ...(container && { container }) });
  await bus.start();
  return bus;
}
