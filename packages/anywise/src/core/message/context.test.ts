import { describe, expect, it } from '@jest/globals';
import { MessageContext, contextKey } from './context.js';

const User = contextKey<string>('user');
const Tenant = contextKey<string>('tenant', { header: 'tenant' });

describe('a context', () => {
  it('gives the values it was made with, and those set later', () => {
    const context = new MessageContext({ entries: [User('ada')] });
    expect(context.get(User)).toBe('ada');
    expect(context.set(Tenant, 'acme').get(Tenant)).toBe('acme');
    expect(context.set(User, 'bob').get(User)).toBe('bob');
  });

  it('says how to give it a value that is missing', () => {
    expect(new MessageContext().find(User)).toBeUndefined();
    expect(() => new MessageContext().get(User)).toThrowErrorMatchingInlineSnapshot(
      `"The context has no \`user\`. Pass it with \`send(message, { context: [...] })\`, set it in a guard, or read it with \`find\`."`,
    );
  });

  it('tells keys apart that have one name', () => {
    const other = contextKey<string>('user');
    expect(new MessageContext({ entries: [User('ada')] }).find(other)).toBeUndefined();
  });

  it("sees its parent's values, its own first, and changes none of them", () => {
    const parent = new MessageContext({ entries: [User('ada'), Tenant('acme')] });
    const child = new MessageContext({ parent, entries: [User('bob')] });
    child.set(Tenant, 'other');
    expect([child.get(User), child.get(Tenant)]).toEqual(['bob', 'other']);
    expect([parent.get(User), parent.get(Tenant)]).toEqual(['ada', 'acme']);
    expect([...child.entries()]).toEqual([
      [User, 'bob'],
      [Tenant, 'other'],
    ]);
  });

  it('cannot be changed where it is frozen', () => {
    const context = new MessageContext({ entries: [User('ada')], frozen: true });
    expect(() => context.set(User, 'eve')).toThrowErrorMatchingInlineSnapshot(
      `"A listener cannot set \`user\`: the context of an event is read only."`,
    );
    expect(context.get(User)).toBe('ada');
  });

  it('makes ids that stay, and hands the correlation down', () => {
    const parent = new MessageContext();
    const child = new MessageContext({ parent });
    expect(parent.messageId).toBe(parent.messageId);
    expect(parent.correlationId).toBe(parent.messageId);
    expect(parent.causationId).toBeUndefined();
    expect(child).toMatchObject({ correlationId: parent.messageId, causationId: parent.messageId });
    expect(child.messageId).not.toBe(parent.messageId);
  });

  it("takes an event's id, and ids that came from elsewhere", () => {
    const context = new MessageContext({ event: { eventId: 'e1' }, correlationId: 'c1', causationId: 'm0' });
    expect(context).toMatchObject({ messageId: 'e1', correlationId: 'c1', causationId: 'm0', idempotencyKey: 'e1' });
  });

  it('is aborted with its parent as well as by its own signal, and shares neither', () => {
    const theirs = new AbortController();
    const own = new AbortController();
    const parent = new MessageContext({ signal: theirs.signal });
    const inherited = new MessageContext({ parent }).signal;
    expect(inherited === theirs.signal).toBe(false);
    const { signal } = new MessageContext({ parent, signal: own.signal });
    expect(signal.aborted).toBe(false);
    theirs.abort();
    expect([inherited.aborted, signal.aborted]).toEqual([true, true]);
    expect(new MessageContext().signal.aborted).toBe(false);
  });

  it('has a signal of its own where nothing can abort it', () => {
    const context = new MessageContext();
    expect(context.signal).toBe(context.signal);
    expect(new MessageContext().signal === context.signal).toBe(false);
  });

  it('is the same message in a view that has less time, and frozen where that is', () => {
    const parent = new MessageContext();
    const context = new MessageContext({ parent, attempt: 3, idempotencyKey: 'k', deadline: 10 });
    const end = new AbortController();
    const view = new MessageContext(context.limitedBy({ signal: end.signal, deadline: 5 }));
    const { messageId, correlationId, causationId, attempt, idempotencyKey } = context;
    expect(view).toMatchObject({ messageId, correlationId, causationId, attempt, idempotencyKey, deadline: 5 });
    expect(new MessageContext(parent.limitedBy({ signal: end.signal })).causationId).toBeUndefined();
    view.set(User, 'ada');
    expect(context.get(User)).toBe('ada');
    const frozen = new MessageContext({ frozen: true });
    expect(() => new MessageContext(frozen.limitedBy({ signal: end.signal })).set(User, 'eve')).toThrow(
      expect.objectContaining({ code: 'CONTEXT_FROZEN' }),
    );
  });
});

describe('a context key', () => {
  it.each(['Tenant', 'tenant-id', '', 'a'.repeat(21), 5, null])('refuses the header %p', (header) => {
    expect(() => contextKey('tenant', { header } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_CONTRACT' }),
    );
  });

  it.each([
    ...['id', 'source', 'specversion', 'type', 'datacontenttype', 'dataschema', 'subject', 'time', 'data'],
    ...['kind', 'schemaversion', 'correlationid', 'causationid', 'idempotencykey', 'expirytime', 'partitionkey'],
    ...['traceparent', 'tracestate', 'dataref', 'sequence', 'sampledrate'],
  ])('refuses the header `%s`, which is an attribute of envelopes', (header) => {
    expect(() => contextKey('tenant', { header })).toThrow(expect.objectContaining({ code: 'INVALID_CONTRACT' }));
  });

  it.each(['', 5, undefined, null])('refuses the name %p', (key) => {
    expect(() => contextKey(key as string)).toThrow(expect.objectContaining({ code: 'INVALID_CONTRACT' }));
  });

  it('says what a header may be', () => {
    expect(() => contextKey('tenant', { header: 'Tenant-Id' })).toThrowErrorMatchingInlineSnapshot(
      `"The context key \`tenant\`: its header is "Tenant-Id", which CloudEvents forbids; use 1 to 20 lower-case letters and digits"`,
    );
    expect(() => contextKey('message', { header: 'id' })).toThrowErrorMatchingInlineSnapshot(
      `"The context key \`message\`: its header \`id\` is an attribute of envelopes; choose another, such as \`xid\`"`,
    );
  });

  it.each([{}, { header: undefined }, { header: 'tenant' }, { header: 'x1' }])('may have %j', (options) => {
    expect(contextKey('tenant', options).header).toBe(options.header);
  });
});
