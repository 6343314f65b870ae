import { describe, expect, it } from '@jest/globals';
import { answerTo } from '../core/message/answer.js';
import type { Envelope } from '../core/message/envelope.js';
import { testEnvelope } from '../testing/envelopes.js';
import { PendingRequests, type Ask } from './pending-requests.js';

const question = (id: string): Envelope => testEnvelope({ id, kind: 'query', type: 'shop.ask' });
const never = new AbortController().signal;
const answerOf = ({ request }: Ask, data: unknown = request.id): string =>
  JSON.stringify(answerTo(request, '/shop', { kind: 'reply', data }));
const turn = (): Promise<void> => new Promise(setImmediate);

/** Requests that are sent to nowhere. */
function requests(send: (ask: Ask) => unknown = () => 'route', maxBytes = 10_000) {
  const sent: Ask[] = [];
  const cancelled: unknown[] = [];
  const pending = new PendingRequests<unknown>({
    maxBytes,
    send: (ask) => {
      sent.push(ask);
      return send(ask);
    },
    cancel: (ticket, route) => cancelled.push([sent.findIndex((each) => each.ticket === ticket), route]),
  });
  const at = (n: number): Ask => {
    const ask = sent[n];
    if (ask === undefined) throw new Error(`nothing was sent as number ${n}`);
    return ask;
  };
  return { pending, sent, cancelled, at };
}

describe('requests that wait', () => {
  it('get the answers to their tickets, in any order', async () => {
    const { pending, at } = requests();
    const asked = ['a', 'b', 'a'].map((id) => pending.ask(question(id), never));
    await turn();
    for (const n of [2, 0, 1]) expect(pending.settle(at(n).ticket, answerOf(at(n), n))).toBe(true);
    expect((await Promise.all(asked)).map(({ data }) => data)).toEqual([0, 1, 2]);
    expect(pending.size).toBe(0);
  });

  it('have tickets that no two connections share, and that fit into names', async () => {
    const [one, two] = [requests(), requests()];
    for (const { pending } of [one, two, one]) void pending.ask(question('q'), never);
    await turn();
    const tickets = [one.at(0), one.at(1), two.at(0)].map(({ ticket }) => ticket);
    expect(new Set(tickets).size).toBe(3);
    expect(tickets.every((ticket) => /^[\w-]{1,60}$/.test(ticket))).toBe(true);
  });

  it("ignore an answer that no request waits for: a duplicate, a late one, and a stranger's", async () => {
    const { pending, at } = requests();
    const controller = new AbortController();
    const [first, second] = [pending.ask(question('a'), never), pending.ask(question('b'), controller.signal)];
    await turn();
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    const { ticket } = at(0);
    expect(pending.settle(ticket, answerOf(at(0)))).toBe(true);
    const late = [ticket, at(1).ticket, 'a stranger', ''].map((each) => pending.settle(each, answerOf(at(0))));
    expect(late).toEqual([false, false, false, false]);
    expect((await first).data).toBe('a');
  });

  it.each([
    ['no JSON', () => '{'],
    ['an event', (ask: Ask) => JSON.stringify({ ...JSON.parse(answerOf(ask)), kind: 'event' })],
    ['the answer to another', (ask: Ask) => JSON.stringify({ ...JSON.parse(answerOf(ask)), causationid: 'x' })],
    ['an answer of another type', (ask: Ask) => JSON.stringify({ ...JSON.parse(answerOf(ask)), type: 'shop.x' })],
  ])('fail with an answer that is %s', async (_what, textOf) => {
    const { pending, at } = requests();
    const asked = pending.ask(question('a'), never);
    await turn();
    pending.settle(at(0).ticket, textOf(at(0)));
    await expect(asked).rejects.toMatchObject({ code: 'UNREADABLE_MESSAGE', retryable: false });
  });

  it('end when their signal aborts, with its reason, and are cancelled once they are sent', async () => {
    let sent: (() => void) | undefined;
    const { pending, cancelled } = requests(() => new Promise((resolve) => (sent = () => resolve('late route'))));
    const controller = new AbortController();
    const asked = pending.ask(question('a'), controller.signal);
    await turn();
    const reason = new Error('time is up');
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    expect(cancelled).toEqual([]);
    sent?.();
    await turn();
    expect(cancelled).toEqual([[0, 'late route']]);
  });

  it('are not sent if the signal is aborted already', async () => {
    const { pending, sent } = requests();
    await expect(pending.ask(question('a'), AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
    expect(sent).toEqual([]);
  });

  it.each([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
  ])('fail with what `send` %s, and are not cancelled', async (_how, send) => {
    const { pending, cancelled } = requests(send);
    const controller = new AbortController();
    await expect(pending.ask(question('a'), controller.signal)).rejects.toThrow('cannot be sent');
    controller.abort();
    await turn();
    expect([pending.size, cancelled]).toEqual([0, []]);
  });

  it('fail if they are too large, unsent', async () => {
    const { pending, sent } = requests(() => 'route', 1_000);
    const large = { ...question('a'), data: 'x'.repeat(1_000) };
    await expect(pending.ask(large, never)).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    expect(sent).toEqual([]);
  });

  it('fail with a lost connection, those alone that went over it', async () => {
    const routes = ['one', 'two', 'one'];
    const { pending, at } = requests(() => routes.shift());
    const asked = ['a', 'b', 'c'].map((id) => pending.ask(question(id), never));
    await turn();
    pending.lose(new Error('reset by peer'), 'one');
    for (const n of [0, 2]) {
      await expect(asked[n]).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    }
    expect(pending.settle(at(1).ticket, answerOf(at(1)))).toBe(true);
    expect((await asked[1])?.data).toBe('b');
  });

  it('say what was lost, and that it is not known whether it was handled', async () => {
    const { pending } = requests();
    const asked = pending.ask(question('a'), never);
    await turn();
    pending.lose(new Error('reset by peer'));
    const { message } = (await asked.catch((error: unknown) => error)) as Error;
    expect(message).toMatchInlineSnapshot(
      `"The connection was lost while \`shop.ask\` (a) waited for its answer, so whether it was handled is not known: reset by peer"`,
    );
  });

  it('fail when it closes, are cancelled, and no further ones are taken', async () => {
    const { pending, cancelled } = requests();
    const asked = pending.ask(question('a'), never);
    const outcome = expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    await Promise.all([pending.close(), pending.close()]);
    await outcome;
    expect(cancelled).toEqual([[0, 'route']]);
    await expect(pending.ask(question('b'), never)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('leave nothing at their signal', async () => {
    const { pending, at } = requests();
    let listeners = 0;
    const signal = Object.assign(new AbortController().signal, {
      addEventListener: () => listeners++,
      removeEventListener: () => listeners--,
    });
    const asked = pending.ask(question('a'), signal);
    await turn();
    expect(listeners).toBe(1);
    pending.settle(at(0).ticket, answerOf(at(0)));
    await asked;
    expect(listeners).toBe(0);
  });
});

function fail(): never {
  throw new Error('cannot be sent');
}
