// The library as a service would set it up, for the adapters that measure it.
import 'reflect-metadata';
import { Anywise, MessageRegistry, command, event, methods, on, type } from 'anywise';
import { inversify } from 'anywise/inversify';
import { Container, inject, injectable } from 'inversify';
import { Clock, ScopedHandler, UnitOfWork, handle, listener, ran, ten } from './domain.js';

/** @type {import('anywise').StandardSchema<{ n: number }>} */
const data = type();
/** @type {import('anywise').StandardSchema<number>} */
const reply = type();
const entityId = () => 'bench';

export class Ping extends command('bench.ping', { data, reply }) {}
export class Guarded extends command('bench.guarded', { data, reply }) {}
export class Scoped extends command('bench.scoped', { data, reply }) {}
export class Happened extends event('bench.happened', { data, entityId }) {}
export class HappenedToMany extends event('bench.happened-to-many', { data, entityId }) {}

/** A bus for all cases but `scoped`, and one with a container for that. */
export async function start() {
  const bus = await startBus([
    on(Ping).handle(handle),
    on(Guarded).handle(handle),
    guard(),
    guard(),
    guard(),
    on(Happened).listen(listener()),
    ...ten((index) => on(HappenedToMany).named(`listener-${index}`).listen(listener())),
  ]);
  const scoped = await startBus([methods(ScopedHandler, /** @type {*} */ ({ handle: Scoped }))], scopes());
  return { bus, scoped };
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
async function startBus(items, container) {
  const registries = [new MessageRegistry('bench').register(...items)];
  const bus = new Anywise({ name: 'bench', registries, ...(container && { container }) });
  await bus.start();
  return bus;
}
