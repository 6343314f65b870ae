// A service of the kill tests of batches, as a process of its own. It prints some pages, and hears them in batches.
import { setTimeout as delay } from 'node:timers/promises';
import { MessageRegistry, SqlTransaction } from 'anywise';
import { connectStore } from 'anywise/connect';
import { startOver } from '../harness/start-over.js';
import { hearsPages, migrations, Printed, printing } from './printing.js';

const {
  PRINTING_STORE = '',
  PRINTING_LIFE = '',
  PRINTING_PAGES = '0',
  PRINTING_DEADLY = '',
  PRINTING_HOLDS,
} = process.env;
const printers = 4;
const retryMs = 100;

let hasPrinted = (): void => undefined;
const printed = new Promise<void>((resolve) => (hasPrinted = resolve));

// What an earlier life has left must not hold this one before its own pages are printed.
const hears = hearsPages(
  () => printed,
  async (events) => {
    if (events.some(({ isDeadly }) => isDeadly)) process.kill(process.pid, 'SIGKILL');
    if (PRINTING_HOLDS !== '1' || events.length === 1) return;
    console.log('holding');
    await new Promise(() => undefined);
  },
);

const bus = await startOver(async () => ({
  name: 'printing',
  registries: [new MessageRegistry('printing').register(hears)],
  contracts: [printing],
  store: await connectStore(PRINTING_STORE, { name: 'printing', migrations }),
}));
if (Number(PRINTING_PAGES) > 0) await print(Number(PRINTING_PAGES));
hasPrinted();
console.log('up');
for (;;) {
  const { inbox } = (await bus.status()) ?? {};
  if (inbox?.waiting.count === 0 && inbox.running.count === 0) console.log('quiet');
  await delay(retryMs);
}

async function print(pages: number): Promise<void> {
  await bus.transaction(async (tx) => {
    const sql = await tx.get(SqlTransaction);
    for (let page = 1; page <= pages; page++) {
      const printer = `${PRINTING_LIFE}-${page % printers}`;
      await sql.run('INSERT INTO sent (printer, page) VALUES (?, ?)', printer, page);
      await tx.publish(new Printed({ printer, page, isDeadly: String(page) === PRINTING_DEADLY }));
    }
  });
}
