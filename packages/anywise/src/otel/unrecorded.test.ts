import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contract } from '../core/message/contract.js';
import { command, event, query } from '../core/message/declare.js';
import type { Envelope } from '../core/message/envelope.js';
import { on } from '../core/registry/on.js';
import { memoryStore } from '../memory/store.js';
import { memoryBroker } from '../memory/transport.js';
import { eventually } from '../testing/eventually.js';
import { startBus, type StartBusOptions } from '../test-support/start-bus.js';
import { otel } from './otel.js';

const data = z.object({ n: z.number() });
class Paid extends event('shop.paid', {
  data,
  entityId: ({ n }) => String(n),
  version: 2,
  upcast: { 1: (old) => old },
}) {}
class Remind extends command('pay.remind', { data }) {}
class GetPayment extends query('pay.get', { data, reply: z.number() }) {}
const contracts = [contract('shop', { Paid }), contract('pay', { Remind, GetPayment })];
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** The texts of an event, an enqueued command and a request as they leave a service, with ids and times taken out. */
async function sent(options: StartBusOptions): Promise<readonly string[]> {
  const seen: Envelope[] = [];
  const broker = memoryBroker();
  const transport = broker.connect();
  const [publish, ask] = [transport.publish.bind(transport), transport.request?.bind(transport)];
  transport.publish = (envelopes) => {
    seen.push(...envelopes);
    return publish(envelopes);
  };
  transport.request = async (request, given) => {
    seen.push(request);
    return ask === undefined ? request : ask(request, given);
  };
  const items = [on(GetPayment).handle(async ({ n }) => n), on(Remind).handle(async () => undefined)];
  await using _payer = await startBus({ name: 'pay', contracts, items, transport: broker.connect() });
  await using bus = await startBus({ name: 'shop', contracts, store: memoryStore(), transport, ...options });
  await bus.publish(new Paid({ n: 1 }));
  await eventually(() => expect(seen).toHaveLength(1));
  await bus.enqueue(new Remind({ n: 2 }));
  await eventually(() => expect(seen).toHaveLength(2));
  await bus.send(new GetPayment({ n: 3 }), { trace: { traceparent } });
  return seen.map((envelope) =>
    JSON.stringify(envelope)
      .replaceAll(/[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g, '<id>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replaceAll(/"timeoutms":\d+/g, '"timeoutms":<ms>'),
  );
}

describe('where no SDK is registered', () => {
  it('what leaves a service is byte by byte what leaves one that is not instrumented', async () => {
    const plain = await sent({});
    expect(await sent({ instrumentation: otel() })).toEqual(plain);
    expect(plain).toMatchInlineSnapshot(`
      [
        "{"specversion":"1.0","id":"<id>","source":"/shop","type":"shop.paid","time":"<time>","datacontenttype":"application/json","subject":"1","kind":"event","schemaversion":2,"correlationid":"<id>","data":{"n":1}}",
        "{"specversion":"1.0","id":"<id>","source":"/shop","type":"pay.remind","time":"<time>","datacontenttype":"application/json","kind":"command","schemaversion":1,"correlationid":"<id>","data":{"n":2}}",
        "{"specversion":"1.0","id":"<id>","source":"/shop","type":"pay.get","time":"<time>","datacontenttype":"application/json","kind":"query","schemaversion":1,"correlationid":"<id>","expirytime":"<time>","timeoutms":<ms>,"data":{"n":3}}",
      ]
    `);
  });
});
