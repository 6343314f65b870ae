import { Bus, handlerFor } from '@node-ts/bus-core';
import { Command, Event } from '@node-ts/bus-messages';
import { handle, listener, ran, ten } from '../../src/domain.js';

const note = '`receive`: what it does once a message is off its queue; uses AsyncLocalStorage';

export default async function nodeTsBus() {
  const bus = await start(0);
  const guarded = await start(3);

  return {
    send: [{ name: '@node-ts/bus-core', note, givesNoReply: true, run: (n) => bus.receive(new Ping(n)) }],
    send3: [{ name: '@node-ts/bus-core', note, givesNoReply: true, run: (n) => guarded.receive(new Ping(n)) }],
    publish1: [{ name: '@node-ts/bus-core', note, run: (n) => bus.receive(new Happened(n)) }],
    publish10: [{ name: '@node-ts/bus-core', note, run: (n) => bus.receive(new HappenedToMany(n)) }],
  };
}

class Ping extends Command {
  $name = 'bench/ping';
  $version = 1;

  constructor(n) {
    super();
    this.n = n;
  }
}

class Happened extends Event {
  $name = 'bench/happened';
  $version = 1;

  constructor(n) {
    super();
    this.n = n;
  }
}

class HappenedToMany extends Happened {
  $name = 'bench/happened-to-many';
}

const noop = () => undefined;
const silent = { debug: noop, trace: noop, info: noop, warn: noop, error: noop, fatal: noop };

async function start(guards) {
  const receiver = { receive: async (message) => ({ id: undefined, domainMessage: message, attributes, raw: {} }) };
  const configuration = Bus.configure()
    .withLogger(() => silent)
    .withReceiver(receiver)
    .withHandler(handlerFor(Ping, handle))
    .withHandler(handlerFor(Happened, listener()));
  ten(() => configuration.withHandler(handlerFor(HappenedToMany, listener())));
  for (let count = 0; count < guards; count++) configuration.withMessageReadMiddleware(guard);
  const bus = configuration.build();
  await bus.initialize();
  return bus;
}

const attributes = { attributes: {}, stickyAttributes: {} };

async function guard(_message, next) {
  ran.guards++;
  await next();
}
