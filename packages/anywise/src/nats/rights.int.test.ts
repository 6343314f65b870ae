import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Envelope } from '../core/message/envelope.js';
import type { Transport } from '../core/ports/transport.js';
import { startNats, whyNoNats, type NatsServer } from '../test-support/nats-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { ask, question, serve } from '../testing/transport-cases/request-steps.js';
import { natsTransport } from './transport.js';

const reason = whyNoNats();
const describeNats = reason === undefined ? describe : describe.skip;

const page = readFileSync(new URL('../../../../docs/how-to/nats.md', import.meta.url), 'utf8');
const [, permissions = ''] = /```conf\n([\s\S]*?)```/.exec(page) ?? [];

describeNats(
  `a NATS user with the rights that the documentation gives it${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let server: NatsServer;
    let payments: Transport;
    let orders: Transport;

    beforeAll(async () => {
      server = await startNats([
        'accounts: { shop: { jetstream: enabled, users: [',
        '  { user: admin, password: s3cret },',
        `  { user: orders, password: s3cret, permissions: { ${permissions} } } ] } }`,
      ]);
      payments = natsTransport({ servers: server.place, user: 'admin', password: 's3cret' });
      await payments.check();
      orders = natsTransport({ servers: server.place, user: 'orders', password: 's3cret', manage: false });
    });
    afterAll(async () => {
      await Promise.all([payments, orders].map((transport) => transport.close()));
      await server[Symbol.asyncDispose]();
    });

    async function receiveAt(transport: Transport, consumer: string, types: readonly string[]): Promise<string[]> {
      const ids: string[] = [];
      await transport.subscribe({ consumer, types, onError: () => undefined }, async (batch) => {
        for (const one of batch) if ('envelope' in one) ids.push(one.envelope.id);
      });
      return ids;
    }

    const outcome = async (envelope: Partial<Envelope>): Promise<unknown> =>
      (await orders.publish([testEnvelope(envelope)]))[0];

    it('can do all that its service does', async () => {
      await orders.check();
      const [here, there] = [
        await receiveAt(orders, 'orders', ['payments.created']),
        await receiveAt(payments, 'payments', ['orders.placed']),
      ];
      expect(await outcome({ id: 'event', type: 'orders.placed' })).toBeUndefined();
      expect(await outcome({ id: 'command', type: 'payments.create', kind: 'command' })).toBeUndefined();
      await payments.publish([testEnvelope({ id: 'created', type: 'payments.created' })]);
      await eventually(() => expect([here, there]).toEqual([['created'], ['event', 'command']]));

      await serve(orders, undefined, { service: 'orders', types: ['orders.ask'] });
      await serve(payments, undefined, { service: 'payments', types: ['payments.ask'] });
      expect((await ask(orders, question({ type: 'payments.ask', data: 1 }))).data).toBe(1);
      expect((await ask(payments, question({ type: 'orders.ask', data: 2 }))).data).toBe(2);
    });

    it('cannot publish the events of another service, answer for it, ask whom it may not, or read in its name', async () => {
      await expect(outcome({ type: 'payments.created' })).rejects.toThrow('anywise.event.payments.created');
      const asPayments = serve(orders, undefined, { service: 'payments', types: ['payments.ask'] });
      await expect(asPayments).rejects.toThrow(/anywise\.(?:ask\.payments\.ask|cancel\.payments)/);
      await expect(ask(orders, question({ type: 'mail.ask' }))).rejects.toThrow('anywise.ask.mail.ask');
      await expect(receiveAt(orders, 'payments', ['orders.paid'])).rejects.toThrow('anywise.position.payments');
    });

    it('cannot make the streams', async () => {
      const other = natsTransport({ servers: server.place, user: 'orders', password: 's3cret', prefix: 'other' });
      await expect(other.check()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
      await expect(other.check()).rejects.toThrow('$JS.API.STREAM.INFO.other');
      await other.close();
    });
  },
);
