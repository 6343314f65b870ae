import { Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import type { Claim } from '../core/ports/inbox.js';
import { clientOf, describeWithPostgres, inTestStore } from '../test-support/test-postgres.js';
import { testEntry } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { logIn, toAppend } from '../testing/store-cases/log-steps.js';

let pieces = 0;

/** A socket whose writes are counted. */
class Counting extends Socket {
  override _write(...args: Parameters<Socket['_write']>): void {
    pieces++;
    super._write(...args);
  }

  // A stream without it would write one by one.
  override _writev = (...args: Parameters<NonNullable<Socket['_writev']>>): void => {
    pieces++;
    Socket.prototype._writev?.apply(this, args);
  };
}

const pool = { stream: () => new Counting(), max: 2 };
const claim = { listeners: new Map([['listener', 10]]), holder: 'here:1:1:a', limit: 10, leaseMs: 60_000 };

async function piecesOf(work: () => Promise<unknown>): Promise<number> {
  pieces = 0;
  await work();
  return pieces;
}

describeWithPostgres('what a store sends to PostgreSQL', () => {
  it('leaves in one piece, as far as no answer is waited for', () =>
    inTestStore(
      async ({ store }) => {
        // Connections are made, and statements prepared. What is claimed at once is told to nobody.
        for (const id of ['a', 'b']) {
          const add = (): Promise<readonly Claim[]> => store.inbox.add([testEntry({ id })], claim);
          let claims: readonly Claim[] = [];
          const added = await piecesOf(async () => (claims = await add()));
          const transaction = store.begin({ readOnly: false });
          const written = await piecesOf(() => clientOf(transaction).run('SELECT 1'));
          const committed = await piecesOf(() => transaction.commit({ claims }));
          if (id === 'b') expect([added, written, committed]).toEqual([1, 1, 1]);
        }
      },
      { pool },
    ));

  it('is one piece for an append, and one for a query that reads a stream', () =>
    inTestStore(
      async ({ store }) => {
        let version = 0;
        // Connections are made in some rounds, and others are told of the appends.
        await eventually(async () => {
          const writing = store.begin({ readOnly: false });
          await logIn(writing).append([toAppend('s', version, [`e${version}`])]);
          const appended = await piecesOf(() => writing.commit());
          version++;
          const query = store.begin({ readOnly: true });
          const loaded = await piecesOf(() => logIn(query).load('s', { limit: 10 }));
          await query.commit();
          expect([appended, loaded]).toEqual([1, 1]);
        });
      },
      { pool },
    ));
});
