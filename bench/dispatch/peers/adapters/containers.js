// Containers without a bus: a fresh scope, and from it a handler with one dependency of the message and one of all.
import 'reflect-metadata';
import { InjectionMode, asClass, asValue, createContainer } from 'awilix';
import { Container, inject, injectable } from 'inversify';
import { Lifecycle, injectable as tsyringeInjectable, container as tsyringeRoot } from 'tsyringe';
import { Clock, Ping, ScopedHandler, UnitOfWork } from '../../src/domain.js';

const Context = Symbol('the context of the message');

export default async function containers() {
  return { scoped: [...inversify(), ...awilix(), tsyringe()] };
}

function inversify() {
  injectable()(UnitOfWork);
  injectable()(Clock);
  injectable()(ScopedHandler);
  inject(UnitOfWork)(ScopedHandler, undefined, 0);
  inject(Clock)(ScopedHandler, undefined, 1);
  const make = () => {
    const container = new Container();
    container.bind(UnitOfWork).toSelf().inRequestScope();
    container.bind(Clock).toSelf().inSingletonScope();
    container.bind(ScopedHandler).toSelf();
    return container;
  };
  const container = make();
  const parent = make();
  return [
    { name: 'inversify, request scope of one get', run: (n) => container.get(ScopedHandler).handle(new Ping(n)) },
    {
      name: 'inversify, child container',
      run(n) {
        const child = new Container({ parent });
        child.bind(Context).toConstantValue({ n });
        return child.get(ScopedHandler).handle(new Ping(n));
      },
    },
  ];
}

function awilix() {
  class ProxyHandler extends ScopedHandler {
    constructor({ unit, clock }) {
      super(unit, clock);
    }
  }
  const way = (name, injectionMode, Handler) => {
    const container = createContainer({ injectionMode });
    container.register({
      unit: asClass(UnitOfWork).scoped(),
      clock: asClass(Clock).singleton(),
      handler: asClass(Handler).scoped(),
    });
    return {
      name,
      run(n) {
        const scope = container.createScope();
        scope.register({ context: asValue({ n }) });
        return scope.resolve('handler').handle(new Ping(n));
      },
    };
  };
  return [
    way('awilix, scope, CLASSIC', InjectionMode.CLASSIC, ScopedHandler),
    way('awilix, scope, PROXY', InjectionMode.PROXY, ProxyHandler),
  ];
}

function tsyringe() {
  class Handler extends ScopedHandler {}
  Reflect.defineMetadata('design:paramtypes', [UnitOfWork, Clock], Handler);
  for (const type of [UnitOfWork, Clock, Handler]) tsyringeInjectable()(type);
  const parent = tsyringeRoot.createChildContainer();
  parent.register(UnitOfWork, { useClass: UnitOfWork }, { lifecycle: Lifecycle.ContainerScoped });
  parent.register(Clock, { useClass: Clock }, { lifecycle: Lifecycle.Singleton });
  return {
    name: 'tsyringe, child container',
    run(n) {
      const child = parent.createChildContainer();
      child.registerInstance(Context, { n });
      return child.resolve(Handler).handle(new Ping(n));
    },
  };
}
