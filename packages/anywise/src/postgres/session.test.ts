import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { PooledClient } from './client.js';
import { inOnePiece } from './in-one-piece.js';
import { Session } from './session.js';

/** A connection that keeps what is said until it is uncorked, as a socket does. */
class Connection {
  /** What left at once. */
  readonly pieces: string[][] = [];
  readonly stream = { destroy: () => undefined, cork: () => this.#corked++, uncork: () => this.#uncork() };
  #corked = 0;
  #held: string[] = [];

  readonly client = {
    connection: this,
    release: () => undefined,
    query: async (query: string | { readonly text: string }) => {
      const command = typeof query === 'string' ? query : query.text;
      this.#held.push(command);
      if (this.#corked === 0) this.#leave();
      await setImmediate();
      return { rows: [], rowCount: 0, command };
    },
  } as unknown as PooledClient;

  #uncork(): void {
    this.#corked--;
    if (this.#corked === 0 && this.#held.length > 0) this.#leave();
  }

  #leave(): void {
    this.pieces.push(this.#held.splice(0));
  }
}

function sessionOn({ client }: Connection): Session {
  return new Session({
    client,
    begin: 'BEGIN',
    queryOf: ({ text }, values) => ({ text, values: [...values] }),
    explain: (error) => error as Error,
    released: () => undefined,
  });
}

it('a transaction begins in one piece with its first statement, and ends in one with its last ones', async () => {
  const connection = new Connection();
  const session = sessionOn(connection);
  await session.query({ text: 'load' });
  await session.query({ text: 'ask' });
  inOnePiece(connection.client);
  await Promise.all([session.query({ text: 'append' }), session.query({ text: 'finish' }), session.commit()]);
  expect(connection.pieces).toEqual([['BEGIN', 'load'], ['ask'], ['append', 'finish', 'COMMIT']]);
});
