import { describe, expect, it } from '@jest/globals';
import { MessageContext } from '../core/message/context.js';
import { event } from '../core/message/declare.js';
import { type } from '../core/message/schema.js';
import { memorySink } from './memory.js';

class Paid extends event('payments.paid', { data: type<{ readonly id: string }>(), entityId: ({ id }) => id }) {}

describe('a memory sink', () => {
  it('shows what came, one event or several, in order', async () => {
    const sink = memorySink();
    await sink.sink(new Paid({ id: 'a' }));
    await sink.sink([new Paid({ id: 'b' }), new Paid({ id: 'c' })]);
    expect(sink.events).toEqual(['a', 'b', 'c'].map((id) => new Paid({ id })));
    expect(sink.envelopes.map(({ type, data }) => ({ type, data }))).toEqual(
      ['a', 'b', 'c'].map((id) => ({ type: 'payments.paid', data: { id } })),
    );
  });

  it('takes nothing that is not wanted any more, and nothing after its end', async () => {
    const sink = memorySink();
    const signal = AbortSignal.abort(new Error('the lease was lost'));
    await expect(sink.sink(new Paid({ id: 'a' }), new MessageContext({ signal }))).rejects.toThrow('lease was lost');
    await sink.close();
    await sink.close();
    await expect(sink.sink(new Paid({ id: 'a' }))).rejects.toMatchObject({ code: 'NOT_RUNNING' });
    expect(sink.events).toEqual([]);
  });
});
