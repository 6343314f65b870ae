import { ServiceBroker } from 'moleculer';
import { handle, listener, ran, ten } from '../../src/domain.js';

export default async function moleculer() {
  const broker = await start([]);
  const guarded = await start([guard, guard, guard]);

  return {
    send: [{ name: 'moleculer', run: (n) => broker.call('bench.ping', { n }) }],
    send3: [{ name: 'moleculer', note: '`localAction` middlewares', run: (n) => guarded.call('bench.ping', { n }) }],
    publish1: [{ name: 'moleculer', run: (n) => broker.emit('happened', { n }) }],
    publish10: [{ name: 'moleculer', run: (n) => broker.emit('happenedToMany', { n }) }],
  };
}

const guard = {
  localAction: (next) => async (context) => {
    ran.guards++;
    const reply = await next(context);
    return reply;
  },
};

async function start(middlewares) {
  const broker = new ServiceBroker({ logger: false, middlewares });
  broker.createService({
    name: 'bench',
    actions: { ping: (context) => handle(context.params) },
    events: { happened: listening() },
  });
  // An event reaches each service once, so ten listeners are ten services.
  ten((index) => broker.createService({ name: `listener-${index}`, events: { happenedToMany: listening() } }));
  await broker.start();
  return broker;
}

function listening() {
  const listen = listener();
  return (context) => listen(context.params);
}
