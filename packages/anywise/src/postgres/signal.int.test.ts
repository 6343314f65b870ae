import { expect, it } from '@jest/globals';
import {
  describeWithPostgres,
  endTestConnections,
  inTestSchemas,
  namedTestUrl,
  testPostgresUrl,
} from '../test-support/test-postgres.js';
import { eventually } from '../testing/eventually.js';
import { Database } from './database.js';
import { channelOf, Hearing } from './signal.js';

interface World {
  readonly name: string;
  readonly hearing: Hearing;
  /** What `hears` was at each notice, and when notices may have been missed. */
  readonly at: readonly boolean[];
}

async function whileHearing(work: (world: World) => Promise<void>, listenUrl?: string): Promise<void> {
  await inTestSchemas(async (schema) => {
    const name = schema('ear');
    const database = await Database.open({ url: namedTestUrl(name), ...(listenUrl !== undefined && { listenUrl }) });
    const hearing = new Hearing(database);
    const at: boolean[] = [];
    hearing.on(channelOf('store', name), () => void at.push(hearing.hears));
    try {
      await work({ name, hearing, at });
    } finally {
      await hearing.close();
      await database.close();
    }
  });
}

describeWithPostgres('one who listens on PostgreSQL', () => {
  it('knows that notices arrive, and no longer once the connection has ended, until there is another', () =>
    whileHearing(async ({ name, hearing, at }) => {
      expect(hearing.hears).toBe(false);
      await eventually(() => expect(hearing.hears).toBe(true));
      const before = at.length;
      await eventually(async () => expect(await endTestConnections(name, '%LISTEN%')).toBe(1));
      await eventually(() => expect(at.length).toBeGreaterThan(before));
      expect(at[before]).toBe(false);
      await eventually(() => expect(hearing.hears).toBe(true));
    }));

  it('does not believe it of a connection to another database', () => {
    const elsewhere = new URL(testPostgresUrl);
    elsewhere.pathname = '/template1';
    return whileHearing(async ({ hearing }) => {
      const told: string[] = [];
      hearing.onDeaf(({ code }) => void told.push(code));
      await eventually(() => expect(told).toEqual(['NO_NOTICES']));
      expect(hearing.hears).toBe(false);
    }, elsewhere.href);
  });
});
