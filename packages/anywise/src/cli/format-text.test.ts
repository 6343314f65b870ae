import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DeadLetter } from '../core/ports/dead-letters.js';
import { testEnvelope } from '../testing/envelopes.js';
import { letterTable, letterText, parkedTable } from './format-text.js';

const died = Date.parse('2026-01-01T00:10:00.000Z');

const envelope = testEnvelope({ id: 'm-1', subject: 'o-1', data: { orderId: 'o-1', amount: 'many' } });
const letter: DeadLetter = {
  seq: 17,
  listener: 'orders/start',
  source: '/test',
  id: 'm-1',
  type: envelope.type,
  key: 'o-1',
  json: JSON.stringify(envelope),
  original: undefined,
  holdsUp: 'key',
  attempts: 10,
  error: 'The amount is odd.\n  at orders',
  failures: [],
  receivedAt: Date.parse('2026-01-01T00:00:00.000Z'),
  diedAt: died,
};

beforeEach(() => {
  jest.useFakeTimers({ now: died + 3 * 60_000 });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('dead letters for people', () => {
  it('are one line each', () => {
    const blocking = { ...letter, listener: 'ledger', holdsUp: 'listener', attempts: 1, error: 'closed' } as const;
    expect(letterTable([letter, blocking], undefined)).toMatchInlineSnapshot(`
      "AGE  LISTENER      TYPE           ID   ATTEMPTS  HOLDS UP  ERROR
      3m   orders/start  test.happened  m-1  10        key       The amount is odd. at orders
      3m   ledger        test.happened  m-1  1         listener  closed"
    `);
  });

  it('are shown with everything', () => {
    expect(letterText(letter)).toMatchInlineSnapshot(`
      "id             m-1
      type           test.happened
      listener       orders/start
      key            o-1
      seq            17
      attempts       10
      received       2026-01-01T00:00:00.000Z (13m ago)
      died           2026-01-01T00:10:00.000Z (3m ago)
      holds up       the later messages of \`o-1\`
      source         /test
      time           2026-01-01T00:00:00.000Z
      kind           event
      schemaversion  1
      correlationid  m-1
      subject        o-1
      error
        The amount is odd.
          at orders
      data
        {
          "orderId": "o-1",
          "amount": "many"
        }"
    `);
  });

  it('tell of each attempt when and how it failed', () => {
    const at = died - 60_000;
    const stack = 'TypeError: The amount is odd.\n    at ship (orders.ts:3:9)';
    const failures = [
      { attempt: 9, at, name: 'Refusal', error: 'closed', stack: undefined },
      { attempt: 10, at: died, name: 'TypeError', error: 'The amount is odd.', stack },
    ];
    expect(letterText({ ...letter, failures })).toContain(`error
  The amount is odd.
    at orders
attempt 9, Refusal, 2026-01-01T00:09:00.000Z (4m ago)
  closed
attempt 10, TypeError, 2026-01-01T00:10:00.000Z (3m ago)
  TypeError: The amount is odd.
      at ship (orders.ts:3:9)
data
`);
  });

  it('say what came, where they were edited', () => {
    const edited = { ...letter, json: JSON.stringify({ ...envelope, data: { amount: 5 } }), original: letter.json };
    expect(letterText(edited)).toContain(
      'data\n  {\n    "amount": 5\n  }\nIt was edited. The original had\ndata\n  {\n    "orderId"',
    );
  });

  it('are shown as they came where they cannot be read', () => {
    const unreadable = { ...letter, key: undefined, json: '{ half\nof it', holdsUp: 'nothing' } as const;
    expect(letterText(unreadable)).toMatchInlineSnapshot(`
      "id        m-1
      type      test.happened
      listener  orders/start
      key       none
      seq       17
      attempts  10
      received  2026-01-01T00:00:00.000Z (13m ago)
      died      2026-01-01T00:10:00.000Z (3m ago)
      holds up  nothing
      error
        The amount is odd.
          at orders
      text
        { half
        of it"
    `);
  });

  it.each([
    { holdsUp: 'nothing', text: 'nothing' },
    { holdsUp: 'key', text: 'the later messages of `o-1`' },
    { holdsUp: 'listener', text: 'all later messages of `orders/start`' },
  ] as const)('say what waits for them: $holdsUp', ({ holdsUp, text }) => {
    expect(letterText({ ...letter, holdsUp })).toContain(text);
  });
});

it('parked messages are one line each for people', () => {
  const readable = { seq: 1, id: 'm-1', envelope, json: JSON.stringify(envelope), attempts: 3, error: 'too big' };
  const damaged = { seq: 2, id: 'm-2', envelope: undefined, json: '{', attempts: 1, error: 'not JSON' };
  const rows = [readable, damaged];
  expect(parkedTable(rows, undefined)).toMatchInlineSnapshot(`
    "AGE  TYPE           ID   ATTEMPTS  ERROR
    13m  test.happened  m-1  3         too big
    ?    unreadable     m-2  1         not JSON"
  `);
});
