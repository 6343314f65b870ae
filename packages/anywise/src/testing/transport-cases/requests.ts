import assert from 'node:assert/strict';
import { answerTo } from '../../core/message/answer.js';
import type { Envelope } from '../../core/message/envelope.js';
import { limits } from '../../core/message/limits.js';
import { sleep } from '../../core/time/timers.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { TransportCase } from '../transport-case.js';
import { requestLifeCases } from './request-life.js';
import { ask, codeOf, failureOf, question, questions, reply, serve } from './request-steps.js';
import { gate, withTransports } from './steps.js';

/** Pads the data of an envelope so that it has this many bytes as JSON. */
function padded(envelope: Envelope, bytes: number): Envelope {
  const empty = Buffer.byteLength(JSON.stringify({ ...envelope, data: '' }));
  return { ...envelope, data: 'x'.repeat(bytes - empty) };
}

const unusable: readonly (readonly [string, (request: Envelope) => unknown])[] = [
  ['nothing', () => undefined],
  ['an empty object', () => ({})],
  ['an event', (request) => ({ ...reply(request, 1), kind: 'event' })],
  ['an answer to another request', (request) => ({ ...reply(request, 1), causationid: 'other' })],
  ['an answer of another type', (request) => ({ ...reply(request, 1), type: 'shop.other' })],
  ['data that contains itself', (request) => reply(request, cyclic())],
  ['a rejection', () => Promise.reject(new Error('refused'))],
];

function cyclic(): unknown {
  const data: Record<string, unknown> = {};
  data.self = data;
  return data;
}

const cases: readonly TransportCase[] = [
  {
    id: 'ask',
    behaviour: 'brings a request to the service that serves its type, and the answer back, both whole',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const heard: unknown[] = [];
        const answer = { text: 'ä€😀\u2028"', list: [null, { deep: [1.5] }], empty: '' };
        await serve(shop, async (request) => {
          heard.push(structuredClone(request));
          (request.data as { n: number }).n = 2;
          return reply(request, answer);
        });
        const request = {
          ...question({ id: 'ü-1', causationid: 'c', idempotencykey: 'ключ', data: { n: 1, text: 'ä"\\' } }),
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          user: '{"id":"ada"}',
        };
        const answered = await ask(asker, request);
        same(heard, [request]);
        same([answered.kind, answered.causationid, answered.data], ['reply', 'ü-1', answer]);
        same(request.data, { n: 1, text: 'ä"\\' });
      }),
  },
  {
    id: 'ask-nothing',
    behaviour: 'brings back a reply without data, and one that is null',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        await serve(shop, async (request) => reply(request, request.id === 'null' ? null : undefined));
        assert.equal((await ask(asker, question({ id: 'none' }))).data, undefined);
        assert.equal((await ask(asker, question({ id: 'null' }))).data, null);
      }),
  },
  {
    id: 'ask-errors',
    behaviour: 'brings back an error with all that it says',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const data = {
          code: 'DOMAIN_ERROR',
          message: 'sold out',
          retryable: false,
          type: 'shop.out',
          data: { left: 0 },
        };
        await serve(shop, async (request) => answerTo(request, '/shop', { kind: 'error', data }));
        const answer = await ask(asker, question());
        same([answer.kind, answer.data], ['error', data]);
      }),
  },
  {
    id: 'ask-bad-answer',
    behaviour: 'fails a request whose answer is not valid, and answers the next one',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        await serve(shop, async (request) => {
          const bad = unusable.find(([what]) => what === request.data);
          return bad === undefined ? reply(request, 'fine') : (bad[1](request) as Envelope);
        });
        for (const [what] of unusable) {
          const code = await failureOf(ask(asker, question({ data: what })));
          assert.match(code, /^(REMOTE_FAILED|UNREADABLE_MESSAGE|INVALID_ENVELOPE)$/, what);
          assert.equal((await ask(asker, question())).data, 'fine');
        }
      }),
  },
  {
    id: 'ask-unserved',
    behaviour: 'fails at once if no instance serves a type, before the first has started and after the last has closed',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        await Promise.all([asker.check(), shop.check()]);
        assert.equal(await failureOf(ask(asker, question())), 'NO_RESPONDER');
        const subscription = await serve(shop);
        assert.equal((await ask(asker, question({ data: 1 }))).data, 1);
        assert.equal(await failureOf(ask(asker, question({ type: 'shop.other' }))), 'NO_RESPONDER');
        await subscription.close();
        const began = performance.now();
        assert.equal(await failureOf(ask(asker, question())), 'NO_RESPONDER');
        assert.ok(performance.now() - began < 5_000, 'it took 5 s to notice that no instance answers');
      }),
  },
  {
    id: 'ask-deadline',
    behaviour: 'waits until its signal aborts, rejects with the reason, and ignores the late answer',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const { opened, open } = gate();
        await serve(shop, async (request) => {
          if (request.id === 'slow') await opened;
          return reply(request, request.id);
        });
        const reason = new Error('time is up');
        const controller = new AbortController();
        const slow = ask(asker, question({ id: 'slow' }), controller.signal);
        assert.equal((await ask(asker, question({ id: 'quick' }))).data, 'quick');
        controller.abort(reason);
        assert.equal(await slow.catch((error: unknown) => error), reason);
        open();
        assert.equal((await ask(asker, question({ id: 'next' }))).data, 'next');
      }),
  },
  {
    id: 'ask-cancel',
    behaviour: 'aborts the signal of the responder when the sender gives up, and only that one',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const signals = new Map<string, AbortSignal>();
        const { opened, open } = gate();
        await serve(shop, async (request, signal) => {
          signals.set(request.id, signal);
          await opened;
          return reply(request, request.id);
        });
        const controller = new AbortController();
        const given = ask(asker, question({ id: 'given up' }), controller.signal);
        const kept = ask(asker, question({ id: 'kept' }));
        await eventually(() => assert.equal(signals.size, 2));
        controller.abort(new Error('enough'));
        await assert.rejects(given, /enough/);
        await eventually(() => assert.equal(signals.get('given up')?.aborted, true));
        assert.equal(signals.get('kept')?.aborted, false);
        open();
        assert.equal((await kept).data, 'kept');
      }),
  },
  {
    id: 'ask-aborted',
    behaviour: 'sends nothing if the signal is aborted already',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const heard: string[] = [];
        await serve(shop, async (request) => {
          heard.push(request.id);
          return reply(request, 1);
        });
        const reason = new Error('never mind');
        const never = ask(asker, question({ id: 'never' }), AbortSignal.abort(reason));
        assert.equal(await never.catch((error: unknown) => error), reason);
        await ask(asker, question({ id: 'next' }));
        same(heard, ['next']);
      }),
  },
  {
    id: 'ask-shared',
    behaviour: 'shares the requests among the instances of a service, and brings each to one of them',
    run: (fixture) =>
      withTransports(fixture, 4, async (asker, ...instances) => {
        const { opened, open } = gate();
        const taken = instances.map((): string[] => []);
        await Promise.all(
          instances.map((instance, n) =>
            serve(
              instance,
              async (request) => {
                taken[n]?.push(request.id);
                if (taken.every((ids) => ids.length > 0)) open();
                await opened;
                return reply(request, n);
              },
              { concurrency: 8 },
            ),
          ),
        );
        const asked = questions(90);
        await Promise.all(asked.map((request) => ask(asker, request)));
        same(taken.flat().sort(), asked.map(({ id }) => id).sort());
      }),
  },
  {
    id: 'ask-isolated',
    behaviour: 'brings each type to its own service, in both directions at once',
    run: (fixture) =>
      withTransports(fixture, 2, async (orders, shop) => {
        const name = (service: string) => async (request: Envelope) => reply(request, service);
        await serve(shop, name('shop'));
        await serve(shop, name('shop too'), { types: ['shop.ask-too'] });
        await serve(orders, name('orders'), { service: 'orders', types: ['orders.ask'] });
        const types = ['shop.ask', 'orders.ask', 'shop.ask-too', 'orders.ask', 'shop.ask'];
        const expected = ['shop', 'orders', 'shop too', 'orders', 'shop'];
        for (const asker of [orders, shop]) {
          const answers = await Promise.all(types.map((type) => ask(asker, question({ type }))));
          same(
            answers.map(({ data }) => data),
            expected,
          );
        }
      }),
  },
  {
    id: 'ask-many-types',
    behaviour: 'serves many types with one subscription',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const types = Array.from({ length: 60 }, (_, n) => `shop.ask-${n}`);
        await serve(shop, async (request) => reply(request, request.type), { types });
        const answers = await Promise.all(types.map((type) => ask(asker, question({ type }))));
        same(
          answers.map(({ data }) => data),
          types,
        );
      }),
  },
  {
    id: 'ask-parallel',
    behaviour: 'brings 512 answers back at once, each to its own request',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        await serve(shop, async (request) => {
          await sleep(Math.random() * 5);
          return reply(request, request.data);
        });
        const asked = questions(512);
        const answers = await Promise.all(asked.map((request) => ask(asker, request)));
        same(
          answers.map(({ causationid, data }) => ({ causationid, data })),
          asked.map(({ id, data }) => ({ causationid: id, data })),
        );
      }),
  },
  {
    id: 'ask-twice-same-id',
    behaviour: 'answers two requests with one id, each for itself',
    run: (fixture) =>
      withTransports(fixture, 3, async (first, second, shop) => {
        await serve(shop);
        const requests = [1, 2, 3].map((n) => question({ id: 'one', data: n }));
        const askers = [first, first, second];
        const answers = await Promise.all(requests.map((request, n) => ask(askers[n] ?? first, request)));
        same(
          answers.map(({ data }) => data),
          [1, 2, 3],
        );
      }),
  },
  {
    id: 'ask-slow',
    behaviour: 'answers other requests while one takes long',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const { opened, open } = gate();
        await serve(shop, async (request) => {
          if (request.id === 'slow') await opened;
          return reply(request, request.id);
        });
        const slow = ask(asker, question({ id: 'slow' }));
        for (const request of questions(5)) await ask(asker, request);
        open();
        assert.equal((await slow).data, 'slow');
      }),
  },
  {
    id: 'ask-back',
    behaviour: 'lets a service ask its sender while it answers, and itself',
    run: (fixture) =>
      withTransports(fixture, 2, async (orders, shop) => {
        const options = { service: 'orders', types: ['orders.ask'] };
        await serve(orders, async (request) => reply(request, 'from orders'), options);
        await serve(shop, async (request) => {
          const back = await ask(shop, question({ type: 'orders.ask' }));
          return reply(request, back.data);
        });
        assert.equal((await ask(orders, question())).data, 'from orders');
        assert.equal((await ask(orders, question({ type: 'orders.ask' }))).data, 'from orders');
      }),
  },
  {
    id: 'ask-large',
    behaviour: 'carries requests and answers up to the size limit, and fails larger ones with both sizes',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const most = limits.messageBytes;
        await serve(shop, async (request) => {
          const answer = reply(request, (request.data as string).length);
          const wanted = { 'more please': most + 1, 'most please': most }[request.id];
          return wanted === undefined ? answer : padded(answer, wanted);
        });
        const large = padded(question(), most);
        assert.equal((await ask(asker, large)).data, (large.data as string).length);
        await assert.rejects(ask(asker, padded(question(), most + 1)), (error: Error & { code?: string }) => {
          assert.equal(error.code, 'MESSAGE_TOO_LARGE');
          assert.match(error.message, new RegExp(`\\b${most + 1}\\b.*\\b${most}\\b`));
          return true;
        });
        assert.equal((await ask(asker, question({ id: 'most please', data: '' }))).kind, 'reply');
        assert.equal(codeOf(await ask(asker, question({ id: 'more please', data: '' }))), 'MESSAGE_TOO_LARGE');
        assert.equal((await ask(asker, question({ data: 'x' }))).data, 1);
      }),
  },
  {
    id: 'ask-beside-events',
    behaviour: 'keeps requests and answers from the consumers of events and commands',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const received: string[] = [];
        const types = ['shop.ask', 'test.happened'];
        await shop.subscribe({ consumer: 'shop', types, onError: () => undefined }, async (batch) => {
          for (const one of batch) received.push('envelope' in one ? one.envelope.id : one.unreadable);
        });
        await serve(shop);
        await ask(asker, question({ kind: 'command', id: 'asked' }));
        await asker.publish([testEnvelope({ id: 'published' })]);
        await eventually(() => same(received, ['published']));
      }),
  },
];

/** Requests to other services, and their answers. */
export const requestCases: readonly TransportCase[] = [...cases, ...requestLifeCases].map((one): TransportCase => ({
  ...one,
  needs: ['requests', ...(one.needs ?? [])],
}));
