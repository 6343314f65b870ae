import { z } from 'zod';
import { command, event } from '../message/declare.js';
import type { Assert, Same } from '../../test-support/same-type.js';
import { OrderPlaced, OrderShipped, PaymentCaptured, StartOrder, fulfilment } from '../../test-support/fulfilment.js';
import { story } from '../../testing/story.js';
import { saga } from './saga.js';

class Ask extends command('test.ask', { reply: z.string() }) {}
class Moved extends event('test.moved', {
  entityId: ({ id }) => id,
  data: z.discriminatedUnion('to', [
    z.object({ id: z.string(), to: z.literal('shelf'), place: z.number() }),
    z.object({ id: z.string(), to: z.literal('truck'), driver: z.string() }),
  ]),
}) {}
const plain = saga('test.plain', { state: z.object({ n: z.number() }) });

// The event, the state and the dependencies are inferred, and what is a union can be narrowed.
plain.starts(Moved, (moved, saga) => saga.to({ n: moved.to === 'shelf' ? moved.place : moved.driver.length }));
fulfilment.late(OrderShipped, ({ orderId }, state, saga, { payWithinMs }) =>
  saga.stay().enqueue(new StartOrder({ orderId, paymentId: `${state.step}${payWithinMs.toFixed()}` })),
);
export type Checks = Assert<Same<NonNullable<(typeof fulfilment)['~timeout']>, 'unpaid' | 'unshipped'>>;

// @ts-expect-error a timeout that was not declared
fulfilment.onTimeout('never', (_state, saga) => saga.stay());
// @ts-expect-error the saga has no timeouts
plain.onTimeout('soon', (_state, saga) => saga.stay());
// @ts-expect-error a timeout that was not declared, in a step
plain.starts(OrderPlaced, (_event, saga) => saga.to({ n: 1 }).after('soon', 5));
// @ts-expect-error a state that the saga does not have
fulfilment.on(OrderPlaced, (_event, _state, saga) => saga.to({ step: 'lost' }));
// @ts-expect-error what has ended cannot go on
fulfilment.late(OrderShipped, (_event, state, saga) => saga.to(state));
// @ts-expect-error what has ended waits for nothing
fulfilment.late(OrderShipped, (_event, _state, saga) => saga.stay().after('unpaid', 5));
// @ts-expect-error a step is returned at once
plain.starts(OrderPlaced, async (_event, saga) => saga.to({ n: 1 }));
// @ts-expect-error a step is returned
plain.on(OrderPlaced, () => undefined);
// @ts-expect-error a command is no event
plain.starts(Ask, (_event, saga) => saga.to({ n: 1 }));
// @ts-expect-error the event has no such field
plain.on(OrderPlaced, { key: ({ paymentId }) => paymentId }, (_event, _state, saga) => saga.stay());
// @ts-expect-error the first event cannot be early
plain.starts(OrderPlaced, { early: 'wait' }, (_event, saga) => saga.to({ n: 1 }));
// @ts-expect-error the saga asks for a dependency
story(fulfilment);
// @ts-expect-error a state that the saga does not have
story(plain).then({ state: { n: 'one' } });
// @ts-expect-error a timeout that was not declared, in a test
story(fulfilment, { payWithinMs: 1 }).then({ state: undefined, timeouts: { soon: 5 } });
story(plain)
  .given(new PaymentCaptured({ paymentId: 'p', orderId: 'o' }))
  .then({ state: { n: 1 } });
