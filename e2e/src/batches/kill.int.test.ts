import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { Databases, StoreKind } from '../databases/databases.js';
import { describeOnEachStore } from '../databases/each-store.js';
import { openDatabases } from '../databases/open.js';
import { startProgram } from '../harness/program.js';
import type { Process } from '../harness/process.js';
import { withSeed } from '../harness/seeded-random.js';

const kills: Readonly<Record<StoreKind, number>> = { sqlite: 6, postgres: 4 };
const pages = 30;

interface Page {
  readonly printer: string;
  readonly page: number;
}

interface Life {
  readonly name: string;
  readonly pages?: number;
  /** A page that ends the process that hears it. */
  readonly deadly?: number;
  /** Whether it waits for ever once it has written what belongs to a batch. */
  readonly holds?: boolean;
}

function startPrinting({ storeUrl }: Databases, { name, pages = 0, deadly, holds = false }: Life): Process {
  return startProgram(new URL('service.ts', import.meta.url), {
    env: {
      PRINTING_STORE: storeUrl,
      PRINTING_LIFE: name,
      PRINTING_PAGES: String(pages),
      PRINTING_DEADLY: String(deadly ?? ''),
      PRINTING_HOLDS: holds ? '1' : '',
    },
  });
}

const says = (printing: Process, what: string): Promise<string> =>
  printing.find((line) => (line === what ? line : undefined));

/** Each page by its printer, as it was sent; and as it was heard, in the order in which it was. */
async function sentAndHeard(databases: Databases): Promise<readonly (readonly Page[])[]> {
  return Promise.all([
    databases.rows<Page>('printing', 'SELECT printer, page FROM sent ORDER BY printer, page'),
    databases.rows<Page>('printing', 'SELECT printer, page FROM heard ORDER BY printer, place'),
  ]);
}

describeOnEachStore('a batch listener', (kind) => {
  it('whose process is killed within a batch, or at any moment, hears everything once and in order', () =>
    withSeed(async (random) => {
      await using databases = await openDatabases(kind);
      for (let n = 0; n < kills[kind]; n++) {
        const holds = n % 2 === 0;
        const printing = startPrinting(databases, { name: `life${n}`, pages, holds });
        try {
          await says(printing, holds ? 'holding' : 'up');
          if (!holds) await delay(random() * 300);
        } finally {
          await printing.kill('SIGKILL');
        }
      }
      const last = startPrinting(databases, { name: 'last' });
      try {
        await says(last, 'quiet');
      } finally {
        await last.kill('SIGKILL');
      }
      const [sent = [], heard] = await sentAndHeard(databases);
      expect(sent).toHaveLength(kills[kind] * pages);
      expect(heard).toEqual(sent);
    }));

  it('gives up an event that kills its process, and no other', async () => {
    await using databases = await openDatabases(kind);
    const deadly = 8;
    let isQuiet = false;
    for (let n = 0; !isQuiet && n < 12; n++) {
      const printing = startPrinting(databases, { name: 'life', ...(n === 0 && { pages, deadly }) });
      try {
        isQuiet = await says(printing, 'quiet').then(
          () => true,
          () => false,
        );
      } finally {
        await printing.kill('SIGKILL');
      }
    }
    expect(isQuiet).toBe(true);
    const [sent = [], heard] = await sentAndHeard(databases);
    expect(heard).toEqual(sent.filter(({ page }) => page !== deadly));
    const dead = await databases.rows('printing', `SELECT id FROM anywise_inbox WHERE state = 'dead'`);
    expect(dead).toHaveLength(1);
  });
});
