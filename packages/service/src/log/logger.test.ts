import { expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import type { LogLevel } from '../config/config.js';

function record(level: LogLevel = 'info') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, logger: createLogger({ slice: 'payments', level, destination }) };
}

it('writes the service, an ISO time and what it is given', () => {
  const { lines, logger } = record();
  logger.info({ paymentId: 'p-1' }, 'payment taken');
  expect(lines).toEqual([
    expect.objectContaining({
      service: 'payments',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      paymentId: 'p-1',
      msg: 'payment taken',
    }),
  ]);
});

it.each(['err', 'error'])('writes an error under `%s` with its message, stack and cause', (key) => {
  const { lines, logger } = record();
  logger.error({ [key]: new TypeError('no answer', { cause: new Error('socket closed') }) }, 'sending failed');
  expect(lines[0]?.[key]).toMatchObject({
    type: 'TypeError',
    message: 'no answer',
    stack: expect.stringContaining('socket closed'),
  });
});

it('keeps quiet below its level', () => {
  const { lines, logger } = record('warn');
  logger.info('nothing to see');
  logger.warn('look');
  expect(lines).toHaveLength(1);
});
