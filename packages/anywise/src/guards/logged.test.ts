import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import { contextKey } from '../core/message/context.js';
import { command } from '../core/message/declare.js';
import { Command } from '../core/message/message.js';
import type { Logger } from '../core/ports/logger.js';
import { on } from '../core/registry/on.js';
import { startBus } from '../test-support/start-bus.js';
import { logged } from './logged.js';

class Pay extends command('payments.pay', { data: z.object({ card: z.string() }), reply: z.string() }) {}
class Book extends command('payments.book') {}
const User = contextKey<string>('user');

/** A logger that keeps what it is told. */
function recorder() {
  const lines: { level: string; details: object; text: string }[] = [];
  const at = (level: string) => (details: object, text: string) => void lines.push({ level, details, text });
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { lines, logger };
}

it('tells what was handled and how long it took, and keeps the data to itself', async () => {
  const { lines, logger } = recorder();
  await using bus = await startBus({
    items: [
      on(Command).guard(logged({ logger, details: (_message, context) => ({ user: context.find(User) }) })),
      on(Pay).handle(async () => 'paid'),
    ],
  });
  await expect(bus.send(new Pay({ card: '4111' }), { context: [User('ada')] })).resolves.toBe('paid');
  expect(lines).toEqual([
    {
      level: 'info',
      details: {
        type: 'payments.pay',
        messageId: expect.any(String),
        correlationId: expect.any(String),
        attempt: 1,
        ms: expect.any(Number),
        user: 'ada',
      },
      text: expect.stringMatching(/^payments\.pay was handled in \d+ ms$/),
    },
  ]);
  expect(JSON.stringify(lines)).not.toContain('4111');
});

it('warns of what failed, with its error, and lets it go on to the sender', async () => {
  const { lines, logger } = recorder();
  const error = new Error('declined');
  await using bus = await startBus({
    items: [
      on(Command).guard(logged({ logger })),
      on(Pay).handle(async () => {
        throw error;
      }),
    ],
  });
  await expect(bus.send(new Pay({ card: '4111' }))).rejects.toBe(error);
  expect(lines).toMatchObject([{ level: 'warn', details: { type: 'payments.pay', err: error } }]);
  expect(lines[0]?.text).toMatch(/^payments\.pay failed after \d+ ms$/);
});

it('writes the line of what a handler sends before that of the handler, with one correlation', async () => {
  const { lines, logger } = recorder();
  await using bus = await startBus({
    items: [
      on(Command).guard(logged({ logger, level: 'debug' })),
      on(Pay)
        .inject({ anywise: Anywise })
        .handle(async (_command, _context, { anywise }) => {
          await anywise.send(new Book());
          return 'paid';
        }),
      on(Book).handle(async () => undefined),
    ],
  });
  await bus.send(new Pay({ card: '4111' }));
  const details = lines.map((line) => line.details as { type: string; correlationId: string });
  expect(details.map(({ type }) => type)).toEqual(['payments.book', 'payments.pay']);
  expect(new Set(details.map(({ correlationId }) => correlationId)).size).toBe(1);
  expect(lines.map(({ level }) => level)).toEqual(['debug', 'debug']);
});
