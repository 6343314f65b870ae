import { expect, it } from '@jest/globals';
import { eventually } from '../testing/eventually.js';
import type { RequestRows } from './asker.js';
import type { Database } from './database.js';
import { requestStatements } from './request-statements.js';
import { Responder } from './responder.js';
import type { Session, Statement } from './session.js';
import type { Heard, Hearing } from './signal.js';

/** A database without requests, and a connection for notices that is listened to when the test says so. */
function rows() {
  const ran: Statement[] = [];
  const heard: Heard[] = [];
  const database = {
    query: async (statement: Statement): ReturnType<Session['query']> => {
      ran.push(statement);
      return { rows: [], rowCount: 0, command: '' };
    },
  } as unknown as Database;
  const hearing = {
    on: (_channel: string, hear: Heard) => {
      heard.push(hear);
      return () => undefined;
    },
  } as unknown as Hearing;
  const requests: RequestRows = { database, hearing, statements: requestStatements('"bus"'), schema: 'bus' };
  return { ran, heard, requests };
}

it('takes no request before it hears that one is given up', async () => {
  const { ran, heard, requests } = rows();
  const responder = new Responder(requests, {
    service: 'shop',
    types: ['shop.a', 'shop.b'],
    concurrency: 1,
    maxBytes: 1_000,
    answer: async (request) => request,
    onError: () => undefined,
  });
  try {
    const opened = responder.open();
    await eventually(() => expect(heard).toHaveLength(2));
    heard[0]?.(undefined);
    await new Promise(setImmediate);
    expect(ran).not.toContain(requests.statements.claim);
    heard[1]?.(undefined);
    await opened;
    await eventually(() => expect(ran).toContain(requests.statements.claim));
  } finally {
    await responder.close();
  }
});
