import { describe, expect, it } from '@jest/globals';
import { Outage } from '../delivery/outage.js';
import { createPartChecks } from './part-checks.js';

interface Line {
  readonly level: string;
  readonly details: object;
  readonly text: string;
}

function world() {
  const lines: Line[] = [];
  const note = (level: string) => (details: object, text: string) => void lines.push({ level, details, text });
  const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const away = new Error('connect ECONNREFUSED 10.0.0.7:5432');
  const state = { isAway: false, hangs: false };
  const store = {
    outage: new Outage('store', logger),
    check: async () => {
      if (state.hangs) await new Promise(() => undefined);
      if (state.isAway) throw away;
    },
  };
  return { lines, away, state, check: createPartChecks({ store, transport: undefined }) };
}

describe('a check of the parts of a bus', () => {
  it('finds nothing when all can be used', async () => {
    const { check, lines } = world();
    await expect(check()).resolves.toEqual([]);
    expect(lines).toEqual([]);
  });

  it('names the part that cannot be used, and tells the log why, once', async () => {
    const { check, lines, state, away } = world();
    state.isAway = true;
    await expect(check()).resolves.toEqual(['the store cannot be used']);
    await expect(check()).resolves.toEqual(['the store cannot be used']);
    expect(lines).toEqual([{ level: 'warn', details: { err: away, part: 'store' }, text: 'The store cannot be used' }]);
  });

  it('tells the log when a part can be used again, and how many checks found that it could not', async () => {
    const { check, lines, state } = world();
    state.isAway = true;
    await check();
    await check();
    state.isAway = false;
    await expect(check()).resolves.toEqual([]);
    await check();
    expect(lines.slice(1)).toEqual([
      { level: 'info', details: { part: 'store', failures: 2 }, text: 'The store can be used again' },
    ]);
  });

  it('names the part that does not answer in time', async () => {
    const { check, state } = world();
    state.hangs = true;
    await expect(check(5)).resolves.toEqual(['the store did not answer within 5 ms']);
  });
});
