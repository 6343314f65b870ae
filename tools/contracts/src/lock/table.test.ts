import { describe, expect, it } from '@jest/globals';
import { command, contract, domainError, event, query } from 'anywise';
import { route, type Route } from 'anywise/express';
import { z } from 'zod';
import type { Change } from './change.js';
import { compare } from './compare.js';
import { emptyLock, lockOf } from './lock.js';
import { misfits } from './misfits.js';
import { snapshotOf } from './snapshot.js';
import { canonical } from './schema.js';

const v1 = z.object({
  orderId: z.string(),
  amount: z.int().positive(),
  currency: z.enum(['EUR', 'USD']),
  note: z.string().optional(),
  tags: z.array(z.object({ label: z.string() })),
});
const tag = z.object({ label: z.string() });

type Answer = readonly [newReadsOld: string, oldReadsNew: string];
const yes = '';

/** The changes of a field, and where they do not fit. */
const rows: readonly (readonly [change: string, after: z.ZodObject, ...Answer])[] = [
  ['optional field added', v1.extend({ coupon: z.string().optional() }), yes, yes],
  ['field with a default added', v1.extend({ coupon: z.string().default('none') }), yes, yes],
  ['required field added', v1.extend({ coupon: z.string() }), 'data.coupon', yes],
  ['optional field removed', v1.omit({ note: true }), yes, yes],
  ['required field removed', v1.omit({ amount: true }), yes, 'data.amount'],
  ['required field made optional', v1.extend({ amount: z.int().positive().optional() }), yes, 'data.amount'],
  ['field renamed', v1.omit({ amount: true }).extend({ total: z.int() }), 'data.total', 'data.amount'],
  ['optional field made required', v1.extend({ note: z.string() }), 'data.note', yes],
  ['enum wider', v1.extend({ currency: z.enum(['EUR', 'USD', 'CHF']) }), yes, 'data.currency'],
  ['enum narrower', v1.extend({ currency: z.enum(['EUR']) }), 'data.currency', yes],
  ['range wider', v1.extend({ amount: z.int().min(0) }), yes, 'data.amount'],
  ['range narrower', v1.extend({ amount: z.int().min(10) }), 'data.amount', yes],
  ['text longer', v1.extend({ orderId: z.string().min(1) }), 'data.orderId', yes],
  ['nullable', v1.extend({ orderId: z.string().nullable() }), yes, 'data.orderId'],
  ['type changed', v1.extend({ amount: z.string() }), 'data.amount', 'data.amount'],
  ['strict', z.strictObject(v1.shape), yes, yes],
  ['format added', v1.extend({ orderId: z.url() }), 'data.orderId', yes],
  ['format with a pattern added', v1.extend({ orderId: z.email() }), 'data.orderId', yes],
  [
    'within a list, required field added',
    v1.extend({ tags: z.array(tag.extend({ at: z.string() })) }),
    'data.tags[].at',
    yes,
  ],
  ['within a list, field removed', v1.extend({ tags: z.array(z.object({})) }), yes, 'data.tags[].label'],
];

const side = (schema: z.ZodType, which: 'input' | 'output') =>
  canonical(z.toJSONSchema(schema, { io: which, target: 'draft-2020-12' }));
const placesOf = (written: z.ZodType, read: z.ZodType) =>
  misfits(side(written, 'output'), side(read, 'input'))
    .map(({ at }) => at)
    .join();

describe('what was written and what is read', () => {
  it.each(rows)('%s', (_change, v2, newReadsOld, oldReadsNew) => {
    expect([placesOf(v1, v2), placesOf(v2, v1)]).toEqual([newReadsOld, oldReadsNew]);
  });
});

const entityId = ({ orderId }: { readonly orderId: string }) => orderId;

/** A contract of one message as it was, and as it is. */
function changesBetween(
  before: readonly (new (...args: never[]) => object)[],
  after: readonly (new (...args: never[]) => object)[],
  routes: readonly [readonly Route[], readonly Route[]] = [[], []],
): readonly Change[] {
  const [was, is] = [before, after].map((classes) => contract('shop', Object.fromEntries(classes.entries())));
  if (was === undefined || is === undefined) throw new Error('unreachable');
  const lock = lockOf(emptyLock, snapshotOf([was], routes[0]));
  return compare(lock, snapshotOf([is], routes[1]), is.messages);
}

const outcomes = (changes: readonly Change[]) =>
  changes.map(({ part, effect, broken }) => [part, effect, broken].filter((word) => word !== undefined).join(': '));

const newReadsOld = 'new code reads old messages';
const oldReadsNew = 'old code reads new messages';

describe('without a new version', () => {
  const Event = (data: z.ZodObject) =>
    class Placed extends event('shop.placed', { data: data as typeof v1, entityId }) {};
  const Command = (data: z.ZodObject) => class Place extends command('shop.place', { data: data as typeof v1 }) {};
  const Reply = (reply: z.ZodObject) => class Get extends query('shop.get', { reply }) {};

  it.each(rows)('an event breaks if either side does: %s', (change, v2, new_, old) => {
    const expected = [
      ...(new_ === yes ? [] : [`data: breaks: ${newReadsOld}`]),
      ...(old === yes ? [] : [`data: breaks: ${oldReadsNew}`]),
    ];
    const fits = change === 'strict' ? 'data: note' : 'data: fits';
    expect(outcomes(changesBetween([Event(v1)], [Event(v2)]))).toEqual(expected.length > 0 ? expected : [fits]);
  });

  it.each(rows)('a command breaks if it no longer reads what was sent: %s', (change, v2, new_, old) => {
    const fits = change === 'strict' ? 'data: note' : 'data: fits';
    const note = old === yes ? fits : `data: note: ${oldReadsNew}`;
    const expected = new_ === yes ? note : `data: breaks: ${newReadsOld}`;
    expect(outcomes(changesBetween([Command(v1)], [Command(v2)]))).toEqual([expected]);
  });

  it.each(rows)('a reply breaks if callers of before do not read it: %s', (_change, v2, new_, old) => {
    const note = new_ === yes ? 'reply: fits' : `reply: note: ${newReadsOld}`;
    const expected = old === yes ? note : `reply: breaks: ${oldReadsNew}`;
    expect(outcomes(changesBetween([Reply(v1)], [Reply(v2)]))).toEqual([expected]);
  });
});

describe('a domain error', () => {
  const Declined = (data: z.ZodObject) =>
    class Declined extends domainError('shop.declined', { data, message: () => 'declined' }) {};
  const Pay = (...errors: ReturnType<typeof Declined>[]) =>
    class Pay extends command('shop.pay', { data: v1, errors }) {};

  it.each([
    ['that is new breaks callers of before', [], [Declined(v1)], `error: breaks: ${oldReadsNew}`],
    ['that is gone breaks nothing', [Declined(v1)], [], 'error: fits'],
    [
      'whose data changes is like a reply',
      [Declined(v1)],
      [Declined(v1.omit({ amount: true }))],
      `error: breaks: ${oldReadsNew}`,
    ],
    [
      'whose data grows breaks nothing',
      [Declined(v1)],
      [Declined(v1.extend({ why: z.string().optional() }))],
      'error: fits',
    ],
  ] as const)('%s', (_rule, before, after, expected) => {
    expect(outcomes(changesBetween([Pay(...before)], [Pay(...after)]))).toEqual([expected]);
  });
});

describe('a reply', () => {
  class Ask extends query('shop.ask', { data: v1 }) {}
  class AskForText extends query('shop.ask', { data: v1, reply: z.string() }) {}

  it('that is new breaks nothing, and one that is gone breaks callers', () => {
    expect(outcomes(changesBetween([Ask], [AskForText]))).toEqual(['reply: fits']);
    expect(outcomes(changesBetween([AskForText], [Ask]))).toEqual([`reply: breaks: ${oldReadsNew}`]);
  });
});

describe('a route', () => {
  class Place extends command('shop.place', { data: v1, reply: v1 }) {}
  class Put extends command('shop.put', { data: v1, reply: v1 }) {}
  const classes = [Place, Put];

  it.each([
    ['that is new breaks nothing', [], [route('post', '/orders', Place)], ['route: fits']],
    ['that is gone breaks its callers', [route('post', '/orders', Place)], [], ['route: breaks: always']],
    [
      'whose status changes is a note',
      [route('post', '/orders', Place)],
      [route('post', '/orders', Place, { status: 201 })],
      ['route: note'],
    ],
    [
      'that sends another message breaks its callers',
      [route('post', '/orders', Place)],
      [route('post', '/orders', Put)],
      ['route: breaks: always'],
    ],
    [
      'that no longer takes keys breaks its callers, and one that takes them now does not',
      [route('post', '/a', Place, { idempotencyKey: true }), route('post', '/b', Place)],
      [route('post', '/a', Place), route('post', '/b', Place, { idempotencyKey: true })],
      ['route: breaks: always', 'route: fits'],
    ],
  ] as const)('%s', (_rule, before, after, expected) => {
    expect(outcomes(changesBetween(classes, classes, [before, after]))).toEqual(expected);
  });
});

describe('what a message is known by', () => {
  class Placed extends event('shop.placed', { data: v1, entityId }) {}
  const always = 'message: breaks: always';

  it('is its wire name: one that is gone breaks, and tells where it may have gone', () => {
    class Ordered extends event('shop.ordered', { data: v1, entityId }) {}
    const changes = changesBetween([Placed], [Ordered]);
    expect(outcomes(changes)).toEqual([always, 'message: fits']);
    expect(changes[0]?.changes[0]).toContain('(renamed to `shop.ordered`?)');
  });

  it('is its entity id, and not how that is written', () => {
    class Same extends event('shop.placed', { data: v1, entityId: (placed) => placed.orderId }) {}
    class Other extends event('shop.placed', {
      data: v1,
      entityId: ({ orderId, currency }) => `${orderId}/${currency}`,
    }) {}
    expect(changesBetween([Placed], [Same])).toEqual([]);
    const changes = changesBetween([Placed], [Other]);
    expect(outcomes(changes)).toEqual([always]);
    expect(changes[0]?.changes).toEqual(['`entityId` was `{orderId}`, is `{orderId}/{currency}`']);
  });

  it('is its kind', () => {
    class PlacedCommand extends command('shop.placed', { data: v1 }) {}
    expect(outcomes(changesBetween([Placed], [PlacedCommand]))).toEqual([always]);
  });

  it('is neither its class, its summary, its base nor the order of its fields', () => {
    const { amount, ...rest } = v1.shape;
    class Renamed extends event('shop.placed', { summary: 'New.', data: z.object({ ...rest, amount }), entityId }) {}
    expect(changesBetween([Placed], [Renamed])).toEqual([]);
  });

  it('is its version, which only rises', () => {
    class Second extends event('shop.placed', { version: 2, data: v1, entityId, upcast: { 1: (old) => old } }) {}
    expect(outcomes(changesBetween([Second], [Placed]))).toEqual([always]);
  });
});

describe('with a new version', () => {
  class Placed extends event('shop.placed', { data: v1, entityId }) {}
  const data = v1.omit({ amount: true }).extend({ cents: z.int(), method: z.enum(['card', 'unknown']) });
  type Old = z.infer<typeof v1>;
  const Second = (step: (old: Old) => unknown) =>
    class Second extends event('shop.placed', { version: 2, data, entityId, upcast: { 1: step } }) {};

  it('any change is allowed, if the upcast takes what was ever written', () => {
    const after = Second(({ amount, ...rest }) => ({ ...rest, cents: amount, method: 'unknown' }));
    const changes = changesBetween([Placed], [after]);
    expect(outcomes(changes)).toEqual(['data: note']);
    expect(changes[0]?.todo).toBe('deploy every service that listens first, then those that publish it');
  });

  it.each([
    ['forgets a field', (old: Old) => ({ ...old, cents: old.amount }), '`method`'],
    [
      'throws',
      (old: Old) => ({ ...old, cents: old.amount, method: old.note === undefined ? fail('no note') : 'card' }),
      'throws: no note',
    ],
    ['does not take large amounts', (old: Old) => ({ ...old, cents: old.amount * 100, method: 'unknown' }), '`cents`'],
  ])('an upcast that %s is found by samples', (_fault, step, reason) => {
    const changes = changesBetween([Placed], [Second(step)]);
    expect(outcomes(changes)).toEqual([`data: breaks: ${newReadsOld}`, 'data: note']);
    expect(changes[0]?.changes[0]).toContain(reason);
  });

  it('a step that is missing is found', () => {
    class Third extends event('shop.placed', { version: 3, data: v1, entityId }) {}
    expect(changesBetween([Placed], [Third])[0]?.changes[0]).toContain('it has no step from version 1 to 2');
  });
});

function fail(reason: string): never {
  throw new Error(reason);
}

it('remembers all that a version has ever written: compatible steps may end where the first cannot be read', () => {
  const step = (data: z.ZodObject) =>
    class Placed extends event('shop.placed', { data: data as typeof v1, entityId }) {};
  const first = step(v1);
  const second = step(v1.extend({ method: z.string().default('card') }));
  const third = step(v1.extend({ method: z.string() }));
  const at = (placed: typeof first) => contract('shop', { placed });
  const lock = lockOf(lockOf(emptyLock, snapshotOf([at(first)])), snapshotOf([at(second)]));
  expect(
    outcomes(compare(lockOf(emptyLock, snapshotOf([at(second)])), snapshotOf([at(third)]), at(third).messages)),
  ).toEqual(['data: fits']);
  expect(outcomes(compare(lock, snapshotOf([at(third)]), at(third).messages))).toEqual([
    `data: breaks: ${newReadsOld}`,
  ]);
});
