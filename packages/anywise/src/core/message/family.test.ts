import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { command, event, query } from './declare.js';
import { covers, isBase, kindOf } from './family.js';
import { messageClass } from './message-class.js';
import { Command, Event, Query, type AbstractClass, type MessageKind } from './message.js';

const data = z.object({ id: z.string() });
const entityId = ({ id }: { id: string }): string => id;
abstract class OrderCommand extends Command {}
abstract class PaymentCommand extends Command {}
abstract class PaymentEvent extends Event {}
class Pay extends command('payments.pay', { base: PaymentCommand, data }) {}
class PayNow extends Pay {}
class Get extends query('payments.get', { data }) {}
class Find extends query('payments.find', { base: PaymentCommand, data }) {}
class Paid extends event('payments.paid', { base: PaymentEvent, data, entityId }) {}
class Other extends event('payments.other', { data, entityId }) {}

/** What another copy of this package has as the base of a kind of messages. */
function baseElsewhere(kind: MessageKind): AbstractClass<object> {
  const base = class {};
  Object.defineProperty(base, Symbol.for('anywise.base'), { value: kind });
  return base;
}

const CommandElsewhere = baseElsewhere('command');
const EventElsewhere = baseElsewhere('event');
class GroupElsewhere extends (CommandElsewhere as new () => object) {}
class PayElsewhere extends messageClass(GroupElsewhere, {
  kind: 'command',
  type: 'e.pay',
  version: 1,
  data: undefined,
}) {}
class PaidElsewhere extends messageClass(EventElsewhere, {
  kind: 'event',
  type: 'e.paid',
  version: 1,
  data: undefined,
}) {}

describe('a target covers', () => {
  it.each<[string, AbstractClass<object>, AbstractClass<object>]>([
    ['itself', Pay, Pay],
    ['what extends it', Pay, PayNow],
    ['what it extends, because both are one message', PayNow, Pay],
    ['the messages of its group', PaymentCommand, Pay],
    ['what extends a message of its group', PaymentCommand, PayNow],
    ['all commands', Command, Pay],
    ['queries, where it covers all commands', Command, Get],
    ['all queries', Query, Get],
    ['queries that are declared with a group of commands', Query, Find],
    ['all events', Event, Paid],
    ['a group below it', Command, PaymentCommand],
    ['commands of another copy', Command, PayElsewhere],
    ['groups of another copy', Command, GroupElsewhere],
    ['events of another copy', Event, PaidElsewhere],
    ['commands of this copy, from another', CommandElsewhere, Pay],
    ['queries of this copy, from another', CommandElsewhere, Get],
    ['events of this copy, from another', EventElsewhere, Paid],
    ['its messages in another copy', GroupElsewhere, PayElsewhere],
  ])('%s', (_what, target, message) => {
    expect(covers(target, message)).toBe(true);
  });

  it.each<[string, AbstractClass<object>, AbstractClass<object>]>([
    ['other messages', Pay, Get],
    ['messages of other groups', OrderCommand, Pay],
    ['messages without a group', PaymentEvent, Other],
    ['events, where it covers commands', Command, Paid],
    ['commands, where it covers events', Event, Pay],
    ['commands, where it covers queries', Query, Pay],
    ['a group above it', PaymentCommand, Command],
    ['events, from another copy', CommandElsewhere, Paid],
    ['other classes', Command, class {}],
  ])('no %s', (_what, target, message) => {
    expect(covers(target, message)).toBe(false);
  });
});

describe('a class', () => {
  it('has the kind of the messages that it is or groups', () => {
    expect([Pay, PayNow, PaymentCommand, Command, PayElsewhere].map(kindOf)).toEqual(Array(5).fill('command'));
    expect([Get, Find, Query].map(kindOf)).toEqual(['query', 'query', 'query']);
    expect([Paid, PaymentEvent, Event, EventElsewhere].map(kindOf)).toEqual(Array(4).fill('event'));
    expect([class {}, undefined, null, 'Pay', {}, () => undefined].map(kindOf)).toEqual(Array(6).fill(undefined));
  });

  it('is the base of a kind, or below one', () => {
    expect([Command, Query, Event, CommandElsewhere].map(isBase)).toEqual([true, true, true, true]);
    expect([PaymentCommand, Pay, GroupElsewhere].map(isBase)).toEqual([false, false, false]);
  });
});
