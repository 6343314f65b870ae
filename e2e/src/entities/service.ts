// A service of the kill tests of entities, as a process of its own. It counts while the file of the tap is there.
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { MessageRegistry, type BusStatus } from 'anywise';
import { connectStore } from 'anywise/connect';
import { startOver } from '../harness/start-over.js';
import { counters, counting, Increment, migrations } from './counter.js';

const { ENTITIES_STORE = '', ENTITIES_TAP = '' } = process.env;
const ids = ['a', 'b', 'c'];
const retryMs = 100;

const bus = await startOver(async () => ({
  name: 'counters',
  registries: [new MessageRegistry('counters').register(...counting)],
  contracts: [counters],
  store: await connectStore(ENTITIES_STORE, { name: 'counters', migrations }),
}));
console.log('up');
let said = '';
for (;;) {
  if (existsSync(ENTITIES_TAP)) {
    // Two of each at once: they collide here, and with those of the other process.
    await Promise.allSettled([...ids, ...ids].map((id) => bus.send(new Increment({ id }))));
    said = '';
  } else {
    const status = await bus.status();
    const isQuiet = status?.inbox.waiting.count === 0 && status.inbox.running.count === 0 && hasProjected(status);
    if (isQuiet && said !== 'quiet') console.log((said = 'quiet'));
    await delay(retryMs);
  }
}

function hasProjected({ projections }: BusStatus): boolean {
  return projections.every(({ behind, state }) => behind === 0 && state !== 'building');
}
