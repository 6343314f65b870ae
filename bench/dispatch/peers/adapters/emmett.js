import { getInMemoryMessageBus } from '@event-driven-io/emmett';
import { handle, listener, ten } from '../../src/domain.js';

export default async function emmett() {
  const bus = getInMemoryMessageBus();
  const listenTo = (type) => {
    const listen = listener();
    bus.subscribe((event) => listen(event.data), type);
  };
  bus.handle((command) => handle(command.data), 'ping');
  listenTo('happened');
  ten(() => listenTo('happened-to-many'));

  return {
    send: [
      { name: 'emmett', note: 'no reply', givesNoReply: true, run: (n) => bus.send({ type: 'ping', data: { n } }) },
    ],
    publish1: [{ name: 'emmett', run: (n) => bus.publish({ type: 'happened', data: { n } }) }],
    publish10: [{ name: 'emmett', run: (n) => bus.publish({ type: 'happened-to-many', data: { n } }) }],
  };
}
