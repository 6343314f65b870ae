import { describe, expect, it } from '@jest/globals';
import { isUnreachable, untilReached } from './reach.js';
import { recordLog } from './testing/logs.js';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** A part that cannot be reached a few times. */
function awayFor(times: number, error: Error = refused) {
  let checks = 0;
  const check = async () => {
    checks++;
    if (checks <= times) throw error;
  };
  return {
    part: { check },
    get checks() {
      return checks;
    },
  };
}

function options(signal?: AbortSignal) {
  const { log, lines } = recordLog();
  const reasons: string[] = [];
  const onWait = (reason: string) => void reasons.push(reason);
  return { lines, reasons, reach: { logger: log, signal, onWait, firstPauseMs: 1 } };
}

describe('what cannot be reached', () => {
  it('is tried again until it can, with a line in the log each time', async () => {
    const { reach, lines, reasons } = options();
    const store = awayFor(3);
    await untilReached('store', store.part, reach);
    expect(store.checks).toBe(4);
    expect(reasons).toEqual(Array.from({ length: 3 }, () => 'the store cannot be reached'));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toEqual({
      level: 'warn',
      text: 'The store cannot be reached, and is retried',
      details: { err: refused, retryInMs: expect.any(Number) },
    });
  });

  it('is given up when the signal is aborted', async () => {
    const stop = new AbortController();
    const { reach } = options(stop.signal);
    const part = { check: () => Promise.reject(refused) };
    const reached = untilReached('store', part, { ...reach, firstPauseMs: 60_000 });
    setImmediate(() => stop.abort());
    await expect(reached).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is not even tried when the signal is aborted already', async () => {
    const { reach } = options(AbortSignal.abort());
    const store = awayFor(0);
    await expect(untilReached('store', store.part, reach)).rejects.toMatchObject({ name: 'AbortError' });
    expect(store.checks).toBe(0);
  });
});

it('gives up at once what was reached and refuses', async () => {
  const { reach, lines } = options();
  const denied = Object.assign(new Error('password authentication failed'), { code: '28P01' });
  const store = awayFor(1, denied);
  await expect(untilReached('store', store.part, reach)).rejects.toBe(denied);
  expect(lines).toEqual([]);
});

const coded = (code: string, more: object = {}) => Object.assign(new Error('failed'), { code, ...more });

it.each<[kind: string, error: unknown]>([
  ['a port where nothing listens', coded('ECONNREFUSED')],
  ['a host that is not known yet', coded('ENOTFOUND')],
  ['a name service that does not answer', coded('EAI_AGAIN')],
  ['a network without a way', coded('EHOSTUNREACH')],
  ['a Unix socket that is not there yet', coded('ENOENT', { syscall: 'connect' })],
  ['a host whose addresses all refuse', new AggregateError([coded('ECONNREFUSED')])],
  ['a server that starts', coded('57P03')],
  ['a server that stops', coded('57P01')],
  ['a server with too many clients', coded('53300')],
  ['a pool that waited in vain', new Error('timeout exceeded when trying to connect')],
  ['a locked file', new Error('database is locked')],
  ['the cause of an error', new Error('cannot be used', { cause: coded('ECONNRESET') })],
])('takes %s for unreachable', (_kind, error) => {
  expect(isUnreachable(error)).toBe(true);
});

it.each<[kind: string, error: unknown]>([
  ['a wrong password', coded('28P01')],
  ['a database that does not exist', coded('3D000')],
  ['a schema that is not ours', coded('42501')],
  ['a file where a folder should be', coded('EEXIST')],
  ['a file that is not there', coded('ENOENT', { syscall: 'open' })],
  ['a file that is no database', new Error('file is not a database')],
  ['a driver that is not installed', coded('ERR_MODULE_NOT_FOUND')],
  ['no error', undefined],
])('does not take %s for unreachable', (_kind, error) => {
  expect(isUnreachable(error)).toBe(false);
});
