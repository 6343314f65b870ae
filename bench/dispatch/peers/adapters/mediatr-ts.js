import 'reflect-metadata';
import { Container, inject, injectable } from 'inversify';
import { Mediator, NotificationData, RequestData, notificationHandler, requestHandler } from 'mediatr-ts';
import { Clock, ScopedHandler, UnitOfWork, handle, listener, ten } from '../../src/domain.js';

export default async function mediatrTs() {
  const Ping = requestFor(
    class {
      handle(request) {
        return handle(request);
      }
    },
  );
  const ScopedPing = requestFor(ScopedHandler);
  const Happened = notificationFor(1);
  const HappenedToMany = notificationFor(10);
  const mediator = new Mediator();
  const scoped = new Mediator({ resolver: resolverOf(scopes()) });
  const note = 'an Inversify resolver, request scope';

  return {
    send: [{ name: 'mediatr-ts', run: (n) => mediator.send(new Ping(n)) }],
    publish1: [{ name: 'mediatr-ts', run: (n) => mediator.publish(new Happened(n)) }],
    publish10: [{ name: 'mediatr-ts', run: (n) => mediator.publish(new HappenedToMany(n)) }],
    scoped: [{ name: 'mediatr-ts', note, run: (n) => scoped.send(new ScopedPing(n)) }],
  };
}

function requestFor(handler) {
  class Ping extends RequestData {
    constructor(n) {
      super();
      this.n = n;
    }
  }
  requestHandler(Ping)(handler);
  return Ping;
}

function notificationFor(listeners) {
  class Happened extends NotificationData {
    constructor(n) {
      super();
      this.n = n;
    }
  }
  for (const listen of ten(listener).slice(0, listeners)) {
    notificationHandler(Happened)(
      class {
        handle(event) {
          return listen(event);
        }
      },
    );
  }
  return Happened;
}

function scopes() {
  injectable()(UnitOfWork);
  injectable()(Clock);
  injectable()(ScopedHandler);
  inject(UnitOfWork)(ScopedHandler, undefined, 0);
  inject(Clock)(ScopedHandler, undefined, 1);
  const container = new Container();
  container.bind(UnitOfWork).toSelf().inRequestScope();
  container.bind(Clock).toSelf().inSingletonScope();
  container.bind(ScopedHandler).toSelf();
  return container;
}

/** The resolver as the package's documentation has it: it is told of every handler, and asked for one at each send. */
function resolverOf(container) {
  return {
    add: (type) => void (container.isBound(type) || container.bind(type).toDynamicValue(() => new type())),
    resolve: (type) => container.get(type),
  };
}
