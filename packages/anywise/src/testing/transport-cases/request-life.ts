import assert from 'node:assert/strict';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { TransportCase } from '../transport-case.js';
import { ask, failureOf, question, questions, reply, serve } from './request-steps.js';
import { gate, needed, withTransports } from './steps.js';

/** What happens to requests when one of the sides, or the broker, ends. */
export const requestLifeCases: readonly TransportCase[] = [
  {
    id: 'ask-drain',
    behaviour: 'answers what it has in hand before a subscription closes, while others get what comes then',
    run: (fixture) =>
      withTransports(fixture, 3, async (asker, closing, other) => {
        const { opened, open } = gate();
        let began = 0;
        const subscription = await serve(closing, async (request) => {
          // Others may still reach it while the broker learns that it closes.
          if (++began === 1) await opened;
          return reply(request, 'from the closing one');
        });
        const first = ask(asker, question());
        await eventually(() => assert.equal(began, 1));
        await serve(other, async (request) => reply(request, 'from the other'));
        let isClosed = false;
        const closed = subscription.close().then(() => (isClosed = true));
        await eventually(async () => assert.equal((await ask(asker, question())).data, 'from the other'));
        assert.equal(isClosed, false);
        open();
        assert.equal((await first).data, 'from the closing one');
        await Promise.all([closed, subscription.close()]);
      }),
  },
  {
    id: 'ask-drain-all',
    behaviour: 'answers what it has in hand before the transport closes',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const { opened, open } = gate();
        let inHand = 0;
        await serve(shop, async (request) => {
          inHand++;
          await opened;
          return reply(request, request.data);
        });
        const answers = questions(5).map((request) => ask(asker, request));
        await eventually(() => assert.equal(inHand, 5));
        const closed = shop.close();
        open();
        same(
          (await Promise.all(answers)).map(({ data }) => data),
          questions(5).map(({ data }) => data),
        );
        await closed;
        assert.equal(await failureOf(ask(asker, question())), 'NO_RESPONDER');
      }),
  },
  {
    id: 'ask-again',
    behaviour: 'serves a type again after it stopped to',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        for (const n of [1, 2, 3]) {
          const subscription = await serve(shop, async (request) => reply(request, n));
          assert.equal((await ask(asker, question())).data, n);
          await subscription.close();
        }
      }),
  },
  {
    id: 'ask-sender-closes',
    behaviour: 'fails what a transport has asked when it closes, and aborts the signal of the responder',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        const signals: AbortSignal[] = [];
        const { opened, open } = gate();
        await serve(shop, async (request, signal) => {
          signals.push(signal);
          await opened;
          return reply(request, 1);
        });
        const outcome = failureOf(ask(asker, question()));
        await eventually(() => assert.equal(signals.length, 1));
        await asker.close();
        assert.equal(await outcome, 'UNAVAILABLE');
        await eventually(() => assert.equal(signals[0]?.aborted, true));
        open();
      }),
  },
  {
    id: 'ask-closed',
    behaviour: 'neither asks nor serves once it is closed',
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        await serve(shop);
        await ask(asker, question());
        await asker.close();
        assert.equal(await failureOf(ask(asker, question())), 'UNAVAILABLE');
        await assert.rejects(serve(asker), { code: 'UNAVAILABLE' });
      }),
  },
  {
    id: 'ask-died',
    behaviour: 'brings requests to others when the connection of a responder is cut, and fails what it had in hand',
    needs: ['cut'],
    run: (fixture) =>
      withTransports(fixture, 3, async (asker, dying, other) => {
        const { opened, open } = gate();
        let began = false;
        await serve(dying, async (request) => {
          // It may be found again, and asked the next one.
          if (began) return reply(request, 'from the dying one');
          began = true;
          await opened;
          return reply(request, 'too late');
        });
        const controller = new AbortController();
        const outcome = failureOf(ask(asker, question(), controller.signal));
        await eventually(() => assert.equal(began, true));
        await needed(fixture, 'cut')(dying);
        await serve(other, async (request) => reply(request, 'from the other'));
        await eventually(async () => assert.equal((await ask(asker, question())).data, 'from the other'));
        controller.abort(Object.assign(new Error('time is up'), { code: 'TIMEOUT' }));
        // A broker that does not tell the death of a responder leaves the sender to its deadline.
        assert.match(await outcome, /^(UNAVAILABLE|TIMEOUT)$/);
        open();
      }),
  },
  {
    id: 'ask-restart',
    behaviour: 'resumes asking and answering on its own after a broker restart',
    needs: ['restart'],
    run: (fixture) =>
      withTransports(fixture, 2, async (asker, shop) => {
        assert.ok(
          fixture.restart !== undefined,
          'the fixture says that it can restart the broker, but has no `restart`',
        );
        await serve(shop);
        assert.equal((await ask(asker, question({ data: 1 }))).data, 1);
        await fixture.restart();
        const answer = await eventually(() => ask(asker, question({ data: 2 })));
        assert.equal(answer.data, 2);
        same((await Promise.all(questions(20).map((request) => ask(asker, request)))).length, 20);
      }),
  },
];
