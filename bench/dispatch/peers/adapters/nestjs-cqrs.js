import 'reflect-metadata';
import { Injectable, Module, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CommandHandler, CqrsModule, EventBus, EventsHandler } from '@nestjs/cqrs';
import { Clock, Ping, ScopedHandler, UnitOfWork, handle, listener, ten } from '../../src/domain.js';

const notAwaited = 'publish cannot be awaited: timed until the listener ran';

export default async function nestjsCqrs() {
  const scoped = [...scopedProviders()];
  const app = await start([pingHandler(), ...scoped, listenerOf(Happened), ...ten(() => listenerOf(HappenedToMany))]);
  const others = Array.from({ length: 100 }, () => listenerOf(class Other {}));
  const bigApp = await start([listenerOf(Happened), ...others]);
  const commands = app.get(CommandBus);
  const events = app.get(EventBus);
  const bigEvents = bigApp.get(EventBus);

  return {
    send: [{ name: '@nestjs/cqrs', run: (n) => commands.execute(new Ping(n)) }],
    publish1: [
      { name: '@nestjs/cqrs', note: notAwaited, run: (n) => published(events, Happened, n, 1) },
      {
        name: '@nestjs/cqrs, 100 other event types',
        note: notAwaited,
        run: (n) => published(bigEvents, Happened, n, 1),
      },
    ],
    publish10: [{ name: '@nestjs/cqrs', note: notAwaited, run: (n) => published(events, HappenedToMany, n, 10) }],
    scoped: [{ name: '@nestjs/cqrs', note: '`Scope.REQUEST`', run: (n) => commands.execute(new ScopedPing(n)) }],
  };
}

class ScopedPing extends Ping {}

/** An event that tells when its last listener has run. */
class Happened {
  constructor(n, listeners, done) {
    this.n = n;
    this.left = listeners;
    this.done = done;
  }
}

class HappenedToMany extends Happened {}

function published(bus, Event, n, listeners) {
  return new Promise((resolve) => bus.publish(new Event(n, listeners, resolve)));
}

function listenerOf(Event) {
  const listen = listener();
  class Listener {
    async handle(event) {
      await listen(event);
      if (--event.left === 0) event.done();
    }
  }
  EventsHandler(Event)(Listener);
  return Listener;
}

function pingHandler() {
  class PingHandler {
    execute(ping) {
      return handle(ping);
    }
  }
  CommandHandler(Ping)(PingHandler);
  return PingHandler;
}

function scopedProviders() {
  class Handler extends ScopedHandler {
    execute(ping) {
      return this.handle(ping);
    }
  }
  Injectable({ scope: Scope.REQUEST })(UnitOfWork);
  Injectable()(Clock);
  Reflect.defineMetadata('design:paramtypes', [UnitOfWork, Clock], Handler);
  CommandHandler(ScopedPing, { scope: Scope.REQUEST })(Handler);
  return [UnitOfWork, Clock, Handler];
}

async function start(providers) {
  class App {}
  Module({ imports: [CqrsModule.forRoot()], providers })(App);
  return NestFactory.createApplicationContext(App, { logger: false });
}
