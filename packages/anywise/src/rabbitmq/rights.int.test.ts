import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Transport } from '../core/ports/transport.js';
import { startRabbitmq, whyNoRabbitmq, type RabbitmqServer } from '../test-support/rabbitmq-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { ask, question, reply, serve } from '../testing/transport-cases/request-steps.js';
import { rabbitmqTransport, type RabbitmqTransportOptions } from './transport.js';

const reason = whyNoRabbitmq();
const describeRabbitmq = reason === undefined ? describe : describe.skip;

const page = readFileSync(new URL('../../../../docs/how-to/rabbitmq.md', import.meta.url), 'utf8');
const [, patterns = ''] = /set_permissions orders((?: \\\s+'.*')+)/.exec(page) ?? [];
const [configure = '', write = '', read = ''] = [...patterns.matchAll(/'(.*)'/g)].map(([, pattern = '']) => pattern);

const password = 's3cret';
const startsWithinMs = 120_000;

describeRabbitmq(
  `a RabbitMQ user with the rights that the documentation gives it${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let server: RabbitmqServer;
    let payments: Transport;
    let orders: Transport;

    function connect(user: string, options: RabbitmqTransportOptions = {}): Transport {
      const transport = rabbitmqTransport({ servers: server.place, user, password, ...options });
      open.push(transport);
      return transport;
    }
    const open: Transport[] = [];

    beforeAll(async () => {
      server = await startRabbitmq({
        users: [
          { name: 'admin', password, configure: '.*', write: '.*', read: '.*' },
          { name: 'orders', password, configure, write, read },
          // As the page says for a service that answers no requests, and for one that makes nothing.
          { name: 'silent', password, configure, write: write.replace('amq\\.default|', ''), read },
          { name: 'user', password, configure: '^$', write, read },
        ],
      });
      orders = connect('orders');
      payments = connect('admin');
      await server.ctl(['import_definitions'], await commandOf(connect('orders', { manage: false }).check()));
    }, startsWithinMs);
    afterAll(async () => {
      await Promise.all(open.map((transport) => transport.close()));
      await server[Symbol.asyncDispose]();
    });

    async function receiveAt(transport: Transport, consumer: string, types: readonly string[]): Promise<string[]> {
      const ids: string[] = [];
      await transport.subscribe({ consumer, types, onError: () => undefined }, async (batch) => {
        for (const one of batch) if ('envelope' in one) ids.push(one.envelope.id);
      });
      return ids;
    }

    it('can do all that its service does', async () => {
      // A server that has just been given definitions may be slow to answer.
      await eventually(() => orders.check());
      const here = await receiveAt(orders, 'orders', ['payments.created']);
      const own = testEnvelope({ id: 'own', type: 'orders.place', kind: 'command' });
      expect(await orders.publish([testEnvelope({ id: 'event', type: 'orders.placed' }), own])).toEqual([
        undefined,
        undefined,
      ]);
      await payments.publish([testEnvelope({ id: 'created', type: 'payments.created' })]);
      await eventually(() => expect(here).toEqual(['own', 'created']));
      await orders.check();

      await serve(orders, undefined, { service: 'orders', types: ['orders.ask'] });
      await serve(payments, async (request) => reply(request, 'paid'), { service: 'shop', types: ['shop.ask'] });
      expect(await ask(orders, question())).toMatchObject({ data: 'paid' });
      expect((await ask(payments, question({ type: 'orders.ask', data: 2 }))).data).toBe(2);
    });

    it('sends commands to another service once that has its queue, and keeps them until then', async () => {
      const send = async () =>
        (await orders.publish([testEnvelope({ id: 'early', type: 'mail.send', kind: 'command' })]))[0];
      const failure = await send();
      expect(failure).toMatchObject({ permanent: false, error: { code: 'UNAVAILABLE', retryable: true } });
      expect(String(failure?.error)).toMatch(/Start `mail` once, or let an administrator run `echo .*rabbitmqctl/);
      const there = await receiveAt(payments, 'mail', []);
      expect(await send()).toBeUndefined();
      await eventually(() => expect(there).toEqual(['early']));
    });

    it('cannot read the queue of another service, answer for it, or make an exchange', async () => {
      await receiveAt(payments, 'payments', []);
      await expect(receiveAt(orders, 'payments', [])).rejects.toThrow(/ACCESS_REFUSED.*'anywise\.payments'/);
      const asPayments = serve(orders, undefined, { service: 'payments', types: ['payments.ask'] });
      await expect(asPayments).rejects.toThrow(/ACCESS_REFUSED.*'anywise\.ask\.payments\./);
      const elsewhere = connect('orders', { prefix: 'other' });
      await expect(elsewhere.check()).rejects.toThrow(/exchange `other` is missing, and the user may not make it/);
    });

    it('asks, and cannot answer, without the right to `amq.default`', async () => {
      const silent = connect('silent');
      await serve(payments, async (request) => reply(request, 'here'), { service: 'stock', types: ['stock.ask'] });
      expect(await ask(silent, question({ type: 'stock.ask' }))).toMatchObject({ data: 'here' });
      const errors: string[] = [];
      const onError = (error: unknown): number => errors.push(String(error));
      await serve(silent, undefined, { service: 'orders', types: ['orders.mute'], onError });
      const giveUp = new AbortController();
      const asking = ask(payments, question({ type: 'orders.mute' }), giveUp.signal).catch(() => 'no answer');
      await eventually(() => expect(errors.join()).toMatch(/lacks a permission.*ACCESS_REFUSED.*amq\.default/));
      giveUp.abort(new Error('It is known now.'));
      expect(await asking).toBe('no answer');
    });

    it('uses what is there without any right to make something', async () => {
      await receiveAt(connect('admin'), 'orders', ['orders.paid']);
      const user = connect('user', { manage: false });
      await user.check();
      expect(await user.publish([testEnvelope({ id: 'paid', type: 'orders.paid' })])).toEqual([undefined]);
      await receiveAt(user, 'orders', ['orders.paid']);
    });
  },
);

/** The definitions that an error says to import. */
async function commandOf(work: Promise<void>): Promise<string> {
  const error = await work.then(
    () => 'it did not fail',
    (thrown: unknown) => String(thrown),
  );
  const [, definitions = error] = /run `echo '(.*)' \| rabbitmqctl import_definitions`/.exec(error) ?? [];
  return definitions;
}
