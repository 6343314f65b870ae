import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { boundRepeats, type BoundOptions } from './bounded.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function record(options?: BoundOptions) {
  const lines: { level: string; text: string; details: object }[] = [];
  const note = (level: string) => (details: object, text: string) => void lines.push({ level, text, details });
  const target = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  return { lines, texts: () => lines.map(({ text }) => text), logger: boundRepeats(target, options) };
}

const refused = () => new Error('connect ECONNREFUSED');

describe('a failure that repeats', () => {
  it('is written once, then counted', () => {
    const { logger, lines } = record();
    for (let n = 1; n <= 1_000; n++) logger.warn({ err: refused(), n }, 'The store cannot be used');
    expect(lines).toEqual([{ level: 'warn', text: 'The store cannot be used', details: { err: refused(), n: 1 } }]);
    jest.advanceTimersByTime(10_000);
    expect(lines.slice(1)).toEqual([
      {
        level: 'warn',
        text: 'The store cannot be used (999 more in 10 s)',
        details: { err: refused(), n: 1_000, repeats: 999 },
      },
    ]);
  });

  it('is logged less and less often while it continues', () => {
    const { logger, texts } = record();
    const anHour = 3_600_000;
    for (let at = 0; at < anHour; at += 1_000) {
      logger.error({ err: refused() }, 'Failed');
      jest.advanceTimersByTime(1_000);
    }
    expect(texts().slice(0, 3)).toEqual(['Failed', 'Failed (9 more in 10 s)', 'Failed (20 more in 20 s)']);
    expect(texts().length).toBeLessThan(20);
  });

  it('is news again after a time without it', () => {
    const { logger, texts } = record();
    logger.warn({ err: refused() }, 'Failed');
    jest.advanceTimersByTime(10_000);
    logger.warn({ err: refused() }, 'Failed');
    expect(texts()).toEqual(['Failed', 'Failed']);
  });
});

describe('failures of different kinds', () => {
  it('are all written', () => {
    const { logger, lines } = record();
    logger.warn({ err: refused() }, 'Failed');
    logger.error({ err: refused() }, 'Failed');
    logger.warn({ err: refused() }, 'Failed otherwise');
    logger.warn({ err: new Error('read ECONNRESET') }, 'Failed');
    logger.warn({ err: refused(), listener: 'orders/payments.payment-created' }, 'Failed');
    logger.warn({ err: Object.assign(refused(), { code: 'ECONNREFUSED' }) }, 'Failed');
    logger.warn({ err: 'text' }, 'Failed');
    logger.warn({ err: null }, 'Failed');
    expect(lines).toHaveLength(8);
  });

  it('are counted together where there are too many', () => {
    const { logger, texts } = record({ mostKinds: 3 });
    for (let n = 1; n <= 1_000; n++) logger.warn({ err: new Error(`order ${n} failed`) }, 'Failed');
    expect(texts()).toEqual(['Failed', 'Failed', 'Failed', 'Failed']);
    jest.advanceTimersByTime(10_000);
    expect(texts().slice(4)).toEqual(['Further failures (996 more in 10 s)']);
  });
});

it('lets every line without an error pass', () => {
  const { logger, texts } = record();
  for (let n = 0; n < 3; n++) {
    logger.debug({ err: refused() }, 'debug');
    logger.info({ err: refused() }, 'info');
    logger.warn({}, 'warn');
    logger.error({}, 'error');
  }
  expect(texts()).toEqual([
    'debug',
    'info',
    'warn',
    'error',
    'debug',
    'info',
    'warn',
    'error',
    'debug',
    'info',
    'warn',
    'error',
  ]);
});
