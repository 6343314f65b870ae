import { trace } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import express, { type RequestHandler } from 'express';
import request from 'supertest';
import { z } from 'zod';
import { contract } from '../core/message/contract.js';
import { command, query } from '../core/message/declare.js';
import { on } from '../core/registry/on.js';
import { problems, route, routes } from '../express/index.js';
import { memoryBroker } from '../memory/transport.js';
import { recordSpans } from '../test-support/spans.js';
import { startBus, type StartBusOptions } from '../test-support/start-bus.js';
import { otel } from './otel.js';

const data = z.object({ id: z.string() });
class Place extends command('shop.place', { data, reply: z.string() }) {}
class GetPayment extends query('pay.get', { data, reply: z.string() }) {}
const contracts = [contract('shop', { Place }), contract('pay', { GetPayment })];
const place = on(Place).handle(async ({ id }) => id);
const getPayment = on(GetPayment).handle(async ({ id }) => id);

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

/** A shop with HTTP routes. The payments it asks for are in another service. */
async function shop(options: StartBusOptions = { instrumentation: otel() }, before: readonly RequestHandler[] = []) {
  const broker = memoryBroker();
  const common = { contracts, ...options };
  const payer = await startBus({ ...common, name: 'pay', items: [getPayment], transport: broker.connect() });
  const bus = await startBus({ ...common, name: 'shop', items: [place], transport: broker.connect() });
  const app = express();
  const definitions = [route('post', '/orders', Place), route('get', '/payments/:id', GetPayment)];
  app.use(...before, routes(bus, definitions), problems());
  return {
    app,
    bus,
    async [Symbol.asyncDispose]() {
      await Promise.all([bus.stop(), payer.stop()]);
    },
  };
}

describe('a route', () => {
  it('continues the trace of its caller', async () => {
    await using recorded = recordSpans();
    await using world = await shop();
    const headers = { traceparent, tracestate: 'vendor=1' };
    await request(world.app).post('/orders').set(headers).send({ id: 'o1' }).expect(200);
    const [span] = recorded.spans();
    expect(span).toMatchObject({ name: 'command shop.place', parentSpanContext: { traceId, isRemote: true } });
    expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(span?.spanContext().traceState?.serialize()).toBe('vendor=1');
  });

  it('continues it up to the service that answers', async () => {
    await using recorded = recordSpans();
    await using world = await shop();
    await request(world.app).get('/payments/p1').set({ traceparent }).expect(200, '"p1"');
    expect(recorded.tree()).toBe('ask pay.get\n  answer pay.get');
    expect(recorded.spans().map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
  });

  it('is within the span that the process has of the request', async () => {
    await using recorded = recordSpans();
    const spanned: RequestHandler = (_request, response, next) =>
      trace.getTracer('http').startActiveSpan('POST /orders', (span) => {
        response.once('close', () => span.end());
        next();
      });
    await using world = await shop(undefined, [spanned]);
    await request(world.app).post('/orders').set({ traceparent }).send({ id: 'o1' }).expect(200);
    expect(recorded.spans().map((span) => span.spanContext().traceId)).not.toContain(traceId);
    const own = recorded.spans().find(({ name }) => name === 'command shop.place');
    expect(own?.parentSpanContext?.isRemote).not.toBe(true);
  });

  it.each(['', 'ff-0-0-01', `00-${traceId}-0000000000000000-01`, `00-${traceId}-b7ad6b7169203331-01-more`, '💥'])(
    'begins a trace of its own where the caller names none that can be: %j',
    async (wrong) => {
      await using recorded = recordSpans();
      await using world = await shop();
      const headers = { traceparent: encodeURI(wrong) };
      await request(world.app).post('/orders').set(headers).send({ id: 'o1' }).expect(200);
      expect(recorded.spans().map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined]);
    },
  );

  it('records nothing if the caller does not', async () => {
    await using recorded = recordSpans();
    await using world = await shop();
    const unsampled = traceparent.replace(/01$/, '00');
    await request(world.app).get('/payments/p1').set({ traceparent: unsampled }).expect(200);
    expect(recorded.spans()).toEqual([]);
  });

  it('takes a trace where nothing records it', async () => {
    await using world = await shop({});
    await request(world.app).post('/orders').set({ traceparent }).send({ id: 'o1' }).expect(200, '"o1"');
    await request(world.app).get('/payments/p1').set({ traceparent }).expect(200, '"p1"');
  });
});

describe('a send', () => {
  it('refuses a trace that is no object, recorded or not', async () => {
    await using world = await shop({});
    const wrong = { trace: traceparent as unknown as object };
    await expect(world.bus.send(new Place({ id: 'o1' }), wrong)).rejects.toThrow('`trace`');
    await using _recorded = recordSpans();
    await using recording = await shop();
    await expect(recording.bus.send(new Place({ id: 'o1' }), wrong)).rejects.toThrow('`trace`');
    await expect(recording.bus.send(new GetPayment({ id: 'p1' }), wrong)).rejects.toThrow('`trace`');
  });
});
