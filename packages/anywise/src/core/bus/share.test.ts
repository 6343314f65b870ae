import { describe, expect, it } from '@jest/globals';
import type { Transport } from '../ports/transport.js';
import { memoryBroker, type MemoryBroker } from '../../memory/index.js';
import { casesFor } from '../../testing/case.js';
import { testEnvelope } from '../../testing/envelopes.js';
import { eventually } from '../../testing/eventually.js';
import { ask, failureOf, question, questions, reply, serve } from '../../testing/transport-cases/request-steps.js';
import { gate } from '../../testing/transport-cases/steps.js';
import { transportContract } from '../../testing/transport-contract.js';
import { share } from './share.js';

/** A broker, and a transport to it that notes what is asked of it. */
function world() {
  const broker = memoryBroker();
  const asked: string[] = [];
  let closes = 0;
  const transport = broker.connect();
  const [request, close] = [transport.request?.bind(transport), transport.close.bind(transport)];
  const noted: Transport = Object.assign(transport, {
    request: (...[envelope, options]: Parameters<NonNullable<typeof request>>) => {
      asked.push(envelope.type);
      return request?.(envelope, options);
    },
    close: () => {
      closes++;
      return close();
    },
  });
  return {
    broker,
    shared: share(noted),
    /** The types of the requests that went over the transport. */
    asked,
    get closes() {
      return closes;
    },
  };
}

const fixtures: readonly [string, (broker: MemoryBroker) => () => Transport][] = [
  [
    'of one process',
    (broker) => {
      const shared = share(broker.connect());
      // Keeps the transport open while the others come and go.
      shared.connect();
      return () => shared.connect();
    },
  ],
  ['of many processes', (broker) => () => share(broker.connect()).connect()],
];

describe.each(fixtures)('the connections %s', (_name, connectOf) => {
  const cases = casesFor(transportContract, share(memoryBroker().connect()).connect().capabilities);
  it.each(cases)('$behaviour', async ({ run }) => run({ connect: connectOf(memoryBroker()) }));
});

describe('a request over a shared transport', () => {
  it('does not leave the process if another bus here serves its type', async () => {
    const { shared, asked } = world();
    const [orders, shop] = [shared.connect(), shared.connect()];
    const data = { list: [1] };
    let seen: unknown;
    await serve(shop, async (request) => {
      seen = request.data;
      return reply(request, data);
    });
    const request = question({ data });
    const answer = await ask(orders, request);
    expect(answer.data).toEqual(data);
    // Only data gets across.
    expect(answer.data).not.toBe(data);
    expect(seen).toEqual(data);
    expect(seen).not.toBe(data);
    expect(asked).toEqual([]);
  });

  it('leaves the process if no bus here serves its type, and is answered for others', async () => {
    const { broker, shared, asked } = world();
    const [here, there] = [shared.connect(), broker.connect()];
    await serve(there, async (request) => reply(request, 'there'), { service: 'far', types: ['far.ask'] });
    await serve(here, async (request) => reply(request, 'here'));
    expect((await ask(here, question({ type: 'far.ask' }))).data).toBe('there');
    expect((await ask(there, question())).data).toBe('here');
    expect(asked).toEqual(['far.ask']);
    expect(await failureOf(ask(here, question({ type: 'nobody.ask' })))).toBe('NO_RESPONDER');
  });

  it('is answered by a bus that asks itself', async () => {
    const { shared, asked } = world();
    const shop = shared.connect();
    await serve(shop);
    expect((await ask(shop, question({ data: 1 }))).data).toBe(1);
    expect(asked).toEqual([]);
  });

  it('goes to each of two buses that serve its type', async () => {
    const { shared } = world();
    for (const name of ['first', 'second']) await serve(shared.connect(), async (request) => reply(request, name));
    const asker = shared.connect();
    const answers = await Promise.all(questions(10).map((request) => ask(asker, request)));
    expect(answers.filter(({ data }) => data === 'first')).toHaveLength(5);
  });

  it('goes to another process from the moment in which the bus here begins to close', async () => {
    const { broker, shared, asked } = world();
    const { opened, open } = gate();
    let began = false;
    const subscription = await serve(shared.connect(), async (request) => {
      began = true;
      await opened;
      return reply(request, 'here');
    });
    const asker = shared.connect();
    const first = ask(asker, question());
    await eventually(() => expect(began).toBe(true));
    const closed = subscription.close();
    expect(await failureOf(ask(asker, question()))).toBe('NO_RESPONDER');
    await serve(broker.connect(), async (request) => reply(request, 'there'));
    expect((await ask(asker, question())).data).toBe('there');
    open();
    expect((await first).data).toBe('here');
    await closed;
    expect(asked).toEqual(['shop.ask', 'shop.ask']);
  });

  it('ends with the connection that asked, wherever it went', async () => {
    const { broker, shared } = world();
    const signals: AbortSignal[] = [];
    await serve(broker.connect(), (request, signal) => {
      signals.push(signal);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(reply(request, 1))));
    });
    const [asker] = [shared.connect(), shared.connect()];
    const outcome = failureOf(ask(asker, question()));
    await eventually(() => expect(signals).toHaveLength(1));
    await asker.close();
    expect(await outcome).toBe('UNAVAILABLE');
    await eventually(() => expect(signals[0]?.aborted).toBe(true));
  });

  it('is answered within the process although the transport carries none', async () => {
    const rest = withoutRequests(memoryBroker().connect());
    const shared = share(rest);
    const [orders, shop] = [shared.connect(), shared.connect()];
    expect(shop.capabilities.requests).toBe(true);
    expect(shop.lacks).not.toHaveProperty('requests');
    await serve(shop);
    expect((await ask(orders, question({ data: 1 }))).data).toBe(1);
    expect(await failureOf(ask(orders, question({ type: 'far.ask' })))).toBe('NO_RESPONDER');
    await Promise.all([orders.close(), shop.close()]);
  });
});

function withoutRequests(transport: Transport): Transport {
  return {
    name: transport.name,
    capabilities: { ...transport.capabilities, requests: false },
    lacks: { ...transport.lacks, requests: 'It carries no requests.' },
    publish: (envelopes) => transport.publish(envelopes),
    subscribe: (options, receive) => transport.subscribe(options, receive),
    check: () => transport.check(),
    close: () => transport.close(),
  };
}

describe('a shared transport', () => {
  it('is closed with the last of its connections, once', async () => {
    const shop = world();
    const [first, second, third] = [shop.shared.connect(), shop.shared.connect(), shop.shared.connect()];
    await Promise.all([first.close(), first.close()]);
    await second.close();
    expect(shop.closes).toBe(0);
    await third.publish([testEnvelope()]);
    await Promise.all([third.close(), first.close(), third.close()]);
    expect(shop.closes).toBe(1);
    expect(() => shop.shared.connect()).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  it('ends only the subscriptions of the connection that is closed', async () => {
    const { shared } = world();
    const [first, second] = [shared.connect(), shared.connect()];
    const received: string[] = [];
    for (const [consumer, transport] of Object.entries({ first, second })) {
      const options = { consumer, types: ['test.happened'], onError: () => undefined };
      await transport.subscribe(options, async () => void received.push(consumer));
    }
    await first.close();
    await second.publish([testEnvelope()]);
    await eventually(() => expect(received).toEqual(['second']));
    await second.close();
  });
});
