import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { ServiceDefinition } from '@anywise/service';
import { Anywise, contract, event, MessageRegistry, on, query, type, type Contract } from 'anywise';
import { route } from 'anywise/express';
import { z } from 'zod';
import type { WorkspaceCode } from '@anywise/dev/code';
import { accept, check } from './commands.js';
import { lockName, readLock } from './file.js';

const entityId = ({ id }: { readonly id: string }) => id;
class Paid extends event('shop.paid', { data: z.object({ id: z.string(), cents: z.int() }), entityId }) {}
class PaidInEuros extends event('shop.paid', { data: z.object({ id: z.string(), euros: z.number() }), entityId }) {}
class PaidTwice extends event('shop.paid', {
  version: 2,
  data: z.object({ id: z.string(), euros: z.number() }),
  entityId,
  upcast: { 1: ({ cents, ...rest }: { readonly cents: number }) => ({ ...rest, euros: cents / 100 }) },
}) {}
class PaidWithNote extends event('shop.paid', {
  data: z.object({ id: z.string(), cents: z.int(), note: z.string().optional() }),
  entityId,
}) {}
class Look extends query('shop.look', { data: type<{ readonly id: string }>(), reply: z.int() }) {}

/** A workspace of one service, which publishes and listens. */
function codeOf(Message: typeof Paid | typeof PaidInEuros | typeof PaidTwice | typeof PaidWithNote): WorkspaceCode {
  const shop: Contract = contract('shop', { Message, Look });
  const listener = on(Message as typeof Paid).listen(() => undefined);
  const registries = [
    new MessageRegistry('shop').register(
      listener,
      on(Look).handle(async () => 1),
    ),
  ];
  const description = new Anywise({ name: 'shop', contracts: [shop], registries }).describe();
  const use = (deed: 'publishes' | 'handles', line: number) =>
    ({ type: 'shop.paid', deed, line, place: `services/shop/src/paid.ts:${line}` }) as const;
  const routes = [route('get', '/look/:id', Look)];
  const uses = [use('publishes', 4), use('handles', 8)];
  return {
    contracts: [shop],
    services: [
      { name: 'shop', description, definition: { contracts: [shop], routes } as unknown as ServiceDefinition, uses },
    ],
  };
}

function withLock(use: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-lock-'));
  try {
    const file = join(folder, lockName);
    expect(accept(file, codeOf(Paid))).toEqual({ ok: true, text: '3 changes accepted.' });
    use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('passes while nothing changes, and names what it cannot compare', () => {
  withLock((file) => {
    expect(check(file, codeOf(Paid))).toEqual({
      ok: true,
      text:
        '? Not compared: shop.look: data: `type()` checks nothing, so nothing is known of the data; use a schema library\n' +
        'contracts.lock.json is up to date.',
    });
  });
});

it('says what breaks, who notices, and what to do', () => {
  withLock((file) => {
    const { ok, text } = check(file, codeOf(PaidInEuros));
    expect(ok).toBe(false);
    expect(text).toMatchInlineSnapshot(`
      "✗ shop.paid, data breaks: new code reads old messages
          \`data.euros\`: the reader needs it, but it is not written
          who  shop publishes it (services/shop/src/paid.ts:4)
               messages that wait in outboxes, on transports, in inboxes and among dead letters
          do   raise \`version\` to 2 and give \`upcast\` the step from 1; or let the new schema take what was written before

      ✗ shop.paid, data breaks: old code reads new messages
          \`data.cents\`: the reader needs it, but it is not written
          who  shop listens as \`shop/shop.paid\` (services/shop/src/paid.ts:8)
          do   raise \`version\` to 2 and give \`upcast\` the step from 1, so that older readers wait instead of failing

      ? Not compared: shop.look: data: \`type()\` checks nothing, so nothing is known of the data; use a schema library
      2 changes break what others rely on. If it is meant: \`pnpm contracts:accept --because "…"\`, which keeps the reason in contracts.lock.json."
    `);
  });
});

it('asks for the lock to be written where nothing breaks', () => {
  withLock((file) => {
    const { ok, text } = check(file, codeOf(PaidWithNote));
    expect(ok).toBe(false);
    expect(text).toMatchInlineSnapshot(`
      "· shop.paid, data
          its data changed; both sides still fit

      ? Not compared: shop.look: data: \`type()\` checks nothing, so nothing is known of the data; use a schema library
      Nothing breaks. Run \`pnpm contracts:accept\`, and commit contracts.lock.json with the change."
    `);
    expect(accept(file, codeOf(PaidWithNote))).toEqual({ ok: true, text: 'One change accepted.' });
    expect(check(file, codeOf(PaidWithNote)).ok).toBe(true);
  });
});

it('accepts what breaks only with a reason, which it keeps', () => {
  withLock((file) => {
    const before = readFileSync(file, 'utf8');
    for (const because of [undefined, '', '  ']) {
      expect(accept(file, codeOf(PaidInEuros), because)).toMatchObject({ ok: false });
      expect(readFileSync(file, 'utf8')).toBe(before);
    }
    expect(accept(file, codeOf(PaidInEuros), 'not released yet')).toMatchObject({ ok: true });
    expect(readLock(file).accepted).toMatchObject([
      { what: 'shop.paid', because: 'not released yet' },
      { what: 'shop.paid', because: 'not released yet' },
    ]);
    expect(check(file, codeOf(PaidInEuros)).ok).toBe(true);
  });
});

it('accepts a new version without a reason, and keeps the old one', () => {
  withLock((file) => {
    expect(accept(file, codeOf(PaidTwice))).toEqual({ ok: true, text: 'One change accepted.' });
    expect(Object.keys(readLock(file).messages['shop.paid']?.versions ?? {})).toEqual(['1', '2']);
    expect(check(file, codeOf(PaidTwice)).ok).toBe(true);
  });
});

it('does not come back to what was accepted', () => {
  class EurosWithNote extends event('shop.paid', {
    data: z.object({ id: z.string(), euros: z.number(), note: z.string().optional() }),
    entityId,
  }) {}
  withLock((file) => {
    accept(file, codeOf(PaidInEuros), 'not released yet');
    const { text } = check(file, codeOf(EurosWithNote));
    expect(text).toContain('Nothing breaks.');
  });
});

it('does not try an upcast again whose failure was accepted', () => {
  class Forgetful extends event('shop.paid', {
    version: 2,
    data: z.object({ id: z.string(), euros: z.number() }),
    entityId,
    upcast: { 1: (old: object) => old },
  }) {}
  const code = codeOf(Forgetful);
  withLock((file) => {
    expect(accept(file, code)).toMatchObject({ ok: false });
    expect(accept(file, code, 'no message of version 1 is left')).toMatchObject({ ok: true });
    expect(check(file, code).ok).toBe(true);
  });
});
