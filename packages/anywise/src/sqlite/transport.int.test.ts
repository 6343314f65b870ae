import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import type { Transport } from '../core/ports/transport.js';
import { casesFor } from '../testing/case.js';
import { eventually } from '../testing/eventually.js';
import { inTempFolder } from '../testing/temp-folder.js';
import type { TransportCase } from '../testing/transport-case.js';
import { transportContract } from '../testing/transport-contract.js';
import { defaultDriver, type SqliteClient } from './client.js';
import { sqliteTransport } from './transport.js';

/** Works with a file as another program does. */
async function inFile(path: string, work: (client: SqliteClient) => unknown): Promise<void> {
  const client = (await defaultDriver())(path);
  try {
    work(client);
  } finally {
    client.close();
  }
}

/** Cuts the connections of those who ask a transport. */
interface Cutter {
  /** Remembers where a transport listens. */
  readonly watch: (transport: Transport) => Transport;
  readonly cut: (transport: Transport) => void;
}

/** @param folder where the sockets are. */
async function withCutter(folder: string, work: (cutter: Cutter) => Promise<void>): Promise<void> {
  const accepted = new Set<Socket & { readonly server?: Server }>();
  const places = new Map<Transport, readonly string[]>();
  const accept = (message: unknown): void => void accepted.add((message as { readonly socket: Socket }).socket);
  const sockets = (): string[] => {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names.filter((name) => name.endsWith('.sock')).map((name) => join(folder, name));
  };
  const watch = (transport: Transport): Transport => {
    const serve = transport.serve?.bind(transport);
    if (serve === undefined) return transport;
    const watched: typeof serve = async (options, answer) => {
      const before = sockets();
      const subscription = await serve(options, answer);
      const added = sockets().filter((path) => !before.includes(path));
      places.set(transport, [...(places.get(transport) ?? []), ...added]);
      return subscription;
    };
    return Object.assign(transport, { serve: watched });
  };
  const cut = (transport: Transport): void => {
    for (const socket of accepted) {
      const address = socket.server?.address();
      if (typeof address === 'string' && places.get(transport)?.includes(address) === true) socket.destroy();
    }
  };
  subscribe('net.server.socket', accept);
  try {
    await work({ watch, cut });
  } finally {
    unsubscribe('net.server.socket', accept);
  }
}

describe('the SQLite transport', () => {
  const capabilities = {
    ...sqliteTransport({ path: 'not-opened.db' }).capabilities,
    forget: true,
    foreign: true,
    cut: true,
  };
  const cases = casesFor(transportContract, capabilities);
  const check = ({ run }: TransportCase): Promise<void> =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'bus.db');
      const write = ({ type, kind, text }: { readonly type: string; readonly kind: string; readonly text: string }) =>
        // Waiting in SQLite would block the transaction that it waits for: it runs in the same process.
        eventually(() =>
          inFile(path, (client) => {
            const sql = 'INSERT INTO anywise_message (type, kind, envelope, published_at) VALUES (?, ?, ?, ?)';
            client.prepare(sql).run(type, kind, text, Date.now());
          }),
        );
      const forget = (consumer: string): Promise<void> =>
        eventually(() =>
          inFile(path, (client) => client.prepare('DELETE FROM anywise_consumer WHERE name = ?').run(consumer)),
        );
      await withCutter(join(realpathSync(folder), 'bus.db-ask'), ({ watch, cut }) =>
        run({ connect: () => watch(sqliteTransport({ path })), write, forget, cut }),
      );
    });
  it.each(cases)('$behaviour', check, 30_000);
});
