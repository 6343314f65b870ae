import { Messenger } from '@metamask/messenger';
import { handle, listener, ten } from '../../src/domain.js';

const notAwaited = 'publish is synchronous: listeners are called, not awaited';

export default async function metamaskMessenger() {
  const messenger = new Messenger({ namespace: 'Bench' });
  messenger.registerActionHandler('Bench:ping', handle);
  const other = new Messenger({ namespace: 'Other' });
  messenger.delegate({ actions: ['Bench:ping'], messenger: other });
  messenger.subscribe('Bench:happened', listener());
  ten(() => messenger.subscribe('Bench:happenedToMany', listener()));

  return {
    send: [
      { name: '@metamask/messenger', run: (n) => messenger.call('Bench:ping', { n }) },
      { name: '@metamask/messenger, delegated', run: (n) => other.call('Bench:ping', { n }) },
    ],
    publish1: [
      { name: '@metamask/messenger', note: notAwaited, run: (n) => messenger.publish('Bench:happened', { n }) },
    ],
    publish10: [
      { name: '@metamask/messenger', note: notAwaited, run: (n) => messenger.publish('Bench:happenedToMany', { n }) },
    ],
  };
}
