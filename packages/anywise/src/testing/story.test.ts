import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { saga } from '../core/sagas/saga.js';
import { readState, writeState } from '../core/sagas/state.js';
import {
  CancelOrder,
  OrderPlaced,
  OrderShipped,
  OrderUnpaid,
  PaymentCaptured,
  RefundPayment,
  StartOrder,
  fulfilment,
} from '../test-support/fulfilment.js';
import type { Steps } from '../core/sagas/step.js';
import { story, type Story } from './story.js';

const placed = new OrderPlaced({ orderId: 'o' });
const paid = new PaymentCaptured({ paymentId: 'p', orderId: 'o' });
const shipped = new OrderShipped({ orderId: 'o' });
const begin = () => story(fulfilment, { payWithinMs: 1_000 });
const start = new StartOrder({ orderId: 'o', paymentId: 'p' });
const shipping = { step: 'shipping', orderId: 'o', paymentId: 'p' } as const;
const unpaid = { step: 'unpaid', orderId: 'o' } as const;

describe('a story', () => {
  it('follows a saga from its beginning to its end', () => {
    begin()
      .when(placed)
      .then({ state: { step: 'placed', orderId: 'o' }, timeouts: { unpaid: 1_000 } })
      .when(paid)
      .then({ state: shipping, enqueued: [start], timeouts: { unshipped: 60_000 } })
      .when(shipped)
      .then({ state: { step: 'shipped', orderId: 'o' }, ended: true });
  });

  it('lets time pass, and takes all timeouts back with the end', () => {
    begin()
      .given(placed)
      .passing(999)
      .then({ state: { step: 'placed', orderId: 'o' }, timeouts: { unpaid: 1 } })
      .passing(1)
      .then({
        state: unpaid,
        ended: true,
        enqueued: [new CancelOrder({ orderId: 'o' })],
        published: [new OrderUnpaid({ orderId: 'o' })],
      });
  });

  it('keeps the state where a timeout says so', () => {
    begin()
      .given(placed, paid)
      .passing(60_000)
      .then({ state: shipping, enqueued: [new RefundPayment({ paymentId: 'p' })] });
  });

  it('answers what comes after the end, or ignores it', () => {
    begin()
      .given(placed)
      .passing(5_000)
      .when(paid)
      .then({ state: unpaid, ended: true, enqueued: [new RefundPayment({ paymentId: 'p' })] })
      .when(shipped, placed)
      .then({ state: unpaid, ended: true });
  });

  it('keeps what comes before its beginning, and takes it in order with it', () => {
    begin()
      .when(paid, new PaymentCaptured({ paymentId: 'q', orderId: 'o' }))
      .then({ state: undefined })
      .when(placed)
      .then({
        state: shipping,
        enqueued: [start, new RefundPayment({ paymentId: 'q' })],
        timeouts: { unshipped: 60_000 },
      });
  });

  it('begins only once', () => {
    begin()
      .given(placed, paid)
      .when(placed)
      .then({ state: shipping, timeouts: { unshipped: 60_000 } });
  });

  type Told = Story<unknown, string>;
  it.each<[string, (told: Told) => unknown]>([
    ['another state', (told) => told.then({ state: unpaid, timeouts: { unpaid: 1_000 } })],
    ['a timeout that is not named', (told) => told.then({ state: { step: 'placed', orderId: 'o' } })],
    [
      'a command that is not named',
      (told) => told.when(paid).then({ state: shipping, timeouts: { unshipped: 60_000 } }),
    ],
    [
      'a command with other data',
      (told) => {
        const enqueued = [new StartOrder({ orderId: 'o', paymentId: 'q' })];
        return told.when(paid).then({ state: shipping, enqueued, timeouts: { unshipped: 60_000 } });
      },
    ],
    ['an event of another saga', (told) => told.when(new OrderShipped({ orderId: 'other' }))],
  ])('fails for %s', (_what, tell) => {
    expect(() => tell(begin().given(placed) as unknown as Told)).toThrow();
  });
});

describe('a step', () => {
  const State = z.object({ n: z.number() });
  const counting = saga('test.counting', { state: State, timeouts: ['soon'] });
  const startingWith = (run: (go: Steps<unknown, string>) => unknown) => () =>
    story(counting.starts(OrderPlaced, ((_event: unknown, go: never) => run(go)) as never)).when(placed);

  it.each<[string, (go: Steps<unknown, string>) => unknown, RegExp]>([
    ['nothing', () => undefined, /returned undefined\. Return a step, such as `saga\.stay\(\)`/],
    ['a promise', async () => undefined, /returned a promise\. Make it synchronous/],
    ['a state that does not fit', (go) => go.to({ n: 'x' }), /cannot be kept/],
    ['a state that is no JSON', (go) => go.to({ n: NaN }), /cannot be kept/],
    ['no first state', (go) => go.stay(), /has no state yet/],
    ['an unknown timeout', (go) => go.to({ n: 1 }).after('never', 5), /no timeout "never"\. Add it to `timeouts`/],
    ['a timeout in no time', (go) => go.to({ n: 1 }).after('soon', -1), /sets `soon` to -1/],
    ['a wrong delay', (go) => go.to({ n: 1 }).enqueue(start, { delayMs: -1 }), /`delayMs` is -1/],
  ])('is refused with %s', (_what, run, text) => {
    expect(startingWith(run)).toThrow(text);
  });

  it('reads a state of an older version by its upcasts', () => {
    const older = saga('test.counting', { state: State }).starts(OrderPlaced, (_event, saga) => saga.to({ n: 1 }));
    const newer = saga('test.counting', {
      state: State.extend({ name: z.string() }),
      version: 2,
      upcast: { 1: (old: { readonly n: number }) => ({ ...old, name: 'none' }) },
    });
    expect(readState(newer as never, writeState(older as never, { n: 1 }), 1)).toEqual({ n: 1, name: 'none' });
    expect(() => readState(older as never, '{"n":1}', 2)).toThrow(/waits for a newer version/);
    expect(() => readState(older as never, '{"n":"one"}', 1)).toThrow(/cannot be read/);
  });
});
