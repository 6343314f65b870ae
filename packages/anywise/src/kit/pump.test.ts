import { describe, expect, it } from '@jest/globals';
import { Pump } from './pump.js';
import { eventually } from '../testing/eventually.js';

const longTime = 60_000;

/** A pump whose turns are let go one by one; each is told what to do. */
function steppedPump(errorPauseMs = longTime) {
  const turns: { go: (pauseMs: number) => void; fail: (error: Error) => void }[] = [];
  const errors: unknown[] = [];
  const pump = new Pump({
    turn: () => new Promise<number>((go, fail) => turns.push({ go, fail })),
    onError: (error) => errors.push(error),
    errorPauseMs,
  });
  const turn = (number: number) =>
    eventually(() => {
      const found = turns[number - 1];
      if (found === undefined) throw new Error(`turn ${number} has not begun`);
      return found;
    });
  return { pump, turns, turn, errors };
}

describe('a pump', () => {
  it('takes turn after turn while there is more to do', async () => {
    const { pump, turn, turns } = steppedPump();
    pump.start();
    (await turn(1)).go(0);
    (await turn(2)).go(0);
    const third = await turn(3);
    const stopped = pump.stop();
    third.go(0);
    await stopped;
    expect(turns).toHaveLength(3);
  });

  it('pauses until it is woken', async () => {
    const { pump, turn, turns } = steppedPump();
    pump.start();
    (await turn(1)).go(longTime);
    await new Promise(setImmediate);
    expect(turns).toHaveLength(1);
    pump.wake();
    (await turn(2)).go(longTime);
    await pump.stop();
  });

  it('does not lose a wake that comes during a turn', async () => {
    const { pump, turn } = steppedPump();
    pump.start();
    const first = await turn(1);
    pump.wake();
    first.go(longTime);
    (await turn(2)).go(longTime);
    await pump.stop();
  });

  it('reports a turn that fails, and goes on after a pause that grows with each failure', async () => {
    const { pump, turn, errors } = steppedPump(1);
    pump.start();
    (await turn(1)).fail(new Error('one'));
    (await turn(2)).fail(new Error('two'));
    (await turn(3)).go(longTime);
    await pump.stop();
    expect(errors).toMatchObject([{ message: 'one' }, { message: 'two' }]);
  });

  it('waits after a failure, unless it is woken', async () => {
    const { pump, turn, turns } = steppedPump();
    pump.start();
    (await turn(1)).fail(new Error('one'));
    await new Promise(setImmediate);
    expect(turns).toHaveLength(1);
    pump.wake();
    (await turn(2)).go(longTime);
    await pump.stop();
  });

  it('is stopped when the turn at hand is done', async () => {
    const { pump, turn, turns } = steppedPump();
    pump.start();
    const first = await turn(1);
    let isStopped = false;
    const stopped = pump.stop().then(() => (isStopped = true));
    await new Promise(setImmediate);
    expect(isStopped).toBe(false);
    first.go(0);
    await stopped;
    await pump.stop();
    expect(turns).toHaveLength(1);
  });

  it('runs once however often it is started, and not at all once it is stopped', async () => {
    const { pump, turn, turns } = steppedPump();
    pump.start();
    pump.start();
    (await turn(1)).go(longTime);
    await pump.stop();
    pump.start();
    pump.wake();
    await new Promise(setImmediate);
    expect(turns).toHaveLength(1);
  });

  it('can be stopped without having been started', async () => {
    await expect(steppedPump().pump.stop()).resolves.toBeUndefined();
  });
});
