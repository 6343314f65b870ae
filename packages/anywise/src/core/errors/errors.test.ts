import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { domainError, DomainError } from '../message/domain-error.js';
import {
  AnywiseError,
  InvalidMessageError,
  ListenersFailedError,
  RefusedError,
  SetupError,
  TerminalError,
  issuePath,
} from './errors.js';
import { errorCodes } from './codes.js';
import { errorText, isTerminal } from './thrown.js';
import { type } from '../message/schema.js';

const docs = readFileSync(new URL('../../../../../docs/errors.md', import.meta.url), 'utf8');

describe('error codes', () => {
  it('stay as they are', () => {
    expect(errorCodes).toMatchInlineSnapshot(`
      [
        "ABORTED",
        "CONFLICT",
        "CONTEXT_FROZEN",
        "CONTEXT_MISSING",
        "IDEMPOTENCY_CONFLICT",
        "INVALID_CONTRACT",
        "INVALID_ENVELOPE",
        "INVALID_MESSAGE",
        "INVALID_MIGRATION",
        "INVALID_REGISTRATION",
        "INVALID_REPLY",
        "INVALID_SETUP",
        "INVALID_STATEMENT",
        "INVALID_URL",
        "LEASE_LOST",
        "LISTENERS_FAILED",
        "MESSAGE_TOO_LARGE",
        "NOT_AWAITED",
        "NOT_FOUND",
        "NOT_RUNNING",
        "NOT_UNDONE",
        "NO_HANDLER",
        "NO_NOTICES",
        "NO_RESPONDER",
        "OUTSIDE_MESSAGE",
        "OVERLOADED",
        "RATE_LIMITED",
        "READ_ONLY",
        "REMOTE_FAILED",
        "STORE_TAKEN",
        "TERMINAL",
        "TIMEOUT",
        "UNAVAILABLE",
        "UNDECLARED_EVENT",
        "UNKNOWN_MESSAGE",
        "UNREADABLE",
        "UNREADABLE_MESSAGE",
        "UNSUPPORTED_VERSION",
      ]
    `);
  });

  it('each have a row in the documentation, in order, and no other has', () => {
    const rows = [...docs.matchAll(/^\| `([A-Z_]+)` *\|/gm)].map(([, code]) => code);
    expect(rows).toEqual([...errorCodes]);
  });
});

describe('an error', () => {
  it('is recognised whichever copy of the package threw it', () => {
    const foreign = Object.assign(new Error('from another copy'), { [Symbol.for('anywise.error')]: true });
    expect([new TerminalError('no'), foreign].every((error) => AnywiseError.is(error))).toBe(true);
    expect([new Error('no'), null, undefined, 'no', {}].some((error) => AnywiseError.is(error))).toBe(false);
  });

  it('is not retryable unless it says so', () => {
    expect(new AnywiseError('UNAVAILABLE', 'gone').retryable).toBe(false);
    expect(new AnywiseError('UNAVAILABLE', 'gone', { retryable: true }).retryable).toBe(true);
  });

  it.each([
    { error: new AnywiseError('NO_HANDLER', 'no'), name: 'AnywiseError', code: 'NO_HANDLER' },
    { error: new InvalidMessageError('a.b', []), name: 'InvalidMessageError', code: 'INVALID_MESSAGE' },
    { error: new SetupError('INVALID_SETUP', 'It', []), name: 'SetupError', code: 'INVALID_SETUP' },
    { error: new ListenersFailedError('a.b', []), name: 'ListenersFailedError', code: 'LISTENERS_FAILED' },
    {
      error: new RefusedError('OVERLOADED', 'no', { messageId: 'm-1', retryAfterMs: 1 }),
      name: 'RefusedError',
      code: 'OVERLOADED',
    },
    { error: new TerminalError('no'), name: 'TerminalError', code: 'TERMINAL' },
  ])('of class $name has that name and the code $code', ({ error, name, code }) => {
    expect(error).toMatchObject({ name, code });
    expect(error).toBeInstanceOf(AnywiseError);
    expect(Object.keys(error)).not.toContain('message');
  });

  it('keeps its cause', () => {
    const cause = new Error('disk full');
    expect(new TerminalError('cannot be written', { cause }).cause).toBe(cause);
    expect(new TerminalError('cannot be written')).not.toHaveProperty('cause');
  });

  it('names the fields of invalid data, deep ones too', () => {
    const issues = [{ message: 'is missing', path: ['lines', { key: 0 }, 'price'] }, { message: 'is not an object' }];
    expect(new InvalidMessageError('orders.place', issues).message).toMatchInlineSnapshot(
      `"\`orders.place\` got invalid data: \`lines.0.price\`: is missing; is not an object"`,
    );
    expect(issues.map(issuePath)).toEqual(['lines.0.price', '']);
  });

  it.each([
    { value: new Error('no'), text: 'no' },
    { value: 'no', text: 'no' },
    { value: { message: 'no' }, text: 'no' },
    { value: undefined, text: 'undefined' },
    { value: 7, text: '7' },
  ])('of any shape has the text $text', ({ value, text }) => {
    expect(errorText(value)).toBe(text);
  });
});

describe('a domain error', () => {
  class Declined extends domainError('payments.declined', {
    data: type<{ readonly reason: string }>(),
    message: ({ reason }) => `declined: ${reason}`,
  }) {}

  it('carries its data, and is never retried', () => {
    const error = new Declined({ reason: 'funds' });
    expect(error).toMatchObject({ type: 'payments.declined', message: 'declined: funds', data: { reason: 'funds' } });
    expect(error.name).toBe('payments.declined');
    expect(Declined.type).toBe('payments.declined');
    expect(isTerminal(error)).toBe(true);
  });

  it('is told from other errors', () => {
    expect(DomainError.is(new Declined({ reason: 'funds' }))).toBe(true);
    expect([new TerminalError('no'), null, {}].some((error) => DomainError.is(error))).toBe(false);
  });
});
