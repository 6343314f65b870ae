// A service of the chaos tests, as a process of its own: `service.ts <name>`. What else it needs is in its environment.
import { existsSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { MessageRegistry, type Store } from 'anywise';
import { connectStore, connectTransport } from 'anywise/connect';
import type { StoreKind } from '../databases/databases.js';
import { startOver } from '../harness/start-over.js';
import { askForEver } from './asker.js';
import { contracts, Count } from './messages.js';
import { throughTransport, watchStore, watchTransport, type Point } from './points.js';
import { leaseMs, serviceCode, type ServiceName } from './services.js';
import { tellForEver } from './telling.js';
import { rebuildNowAndThen, withShortcut, withSlowClaims } from './wild.js';

const keys = Array.from({ length: 8 }, (_, n) => `key-${n}`);
const pauseMs = 100;

/** Few, because six processes share the connections that a server gives. */
const concurrency = 6;

const name = process.argv[2] as ServiceName;
const { CHAOS_STORE = '', CHAOS_TRANSPORT = '', CHAOS_KIND, CHAOS_TAP = '', CHAOS_PROMISES = '' } = process.env;
const { CHAOS_POINT, CHAOS_NTH, CHAOS_SIGNAL = 'SIGKILL', CHAOS_WILD } = process.env;
const isWild = CHAOS_WILD !== undefined;
const { items, migrations } = serviceCode(name, CHAOS_KIND as StoreKind, isWild);
let visits = 0;
let wildStore: Store | undefined;

const bus = await startOver(async () => {
  const store = await connectStore(CHAOS_STORE, { name, migrations });
  const transport = await connectTransport(CHAOS_TRANSPORT);
  wildStore = isWild ? withShortcut(withSlowClaims(store), transport, () => reach('published')) : undefined;
  return {
    name,
    registries: [new MessageRegistry(name).register(...items)],
    contracts,
    store: watchStore(wildStore ?? throughTransport(store), reach),
    transport: watchTransport(transport, reach),
    concurrency,
    leaseMs,
  };
});
console.log('up');
const isOpen = (): boolean => existsSync(CHAOS_TAP);
if (name === 'source') {
  if (isWild) void tellForEver(bus, isOpen, CHAOS_PROMISES);
  await countForEver();
}
if (name === 'asker') await askForEver(bus, isOpen);

/** Counts all keys at once, while the tap is open. */
async function countForEver(): Promise<never> {
  for (;;) {
    // What came of it is in the database alone: a commit whose answer was lost is a commit.
    if (isOpen()) await Promise.allSettled(keys.map((key) => bus.send(new Count({ key }))));
    await rebuildNowAndThen(wildStore);
    await delay(pauseMs);
  }
}

/** Dies or freezes where it was told to. */
function reach(point: Point): void {
  if (point !== CHAOS_POINT || ++visits !== Number(CHAOS_NTH)) return;
  writeSync(1, `${CHAOS_SIGNAL} at ${point}\n`);
  process.kill(process.pid, CHAOS_SIGNAL);
}
