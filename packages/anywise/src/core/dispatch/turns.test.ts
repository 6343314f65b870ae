import { expect, it } from '@jest/globals';
import { Turns } from './turns.js';

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise(setImmediate);

it('lets as many in as there are places, and the others in their order', async () => {
  const turns = new Turns(2, 10);
  const log: number[] = [];
  const enter = async (n: number): Promise<(() => void) | undefined> => {
    const done = await turns.take(never);
    log.push(n);
    return done;
  };
  const entered = [1, 2, 3, 4].map(enter);
  await turn();
  expect(log).toEqual([1, 2]);
  (await entered[1])?.();
  await turn();
  expect(log).toEqual([1, 2, 3]);
  (await entered[0])?.();
  await turn();
  expect(log).toEqual([1, 2, 3, 4]);
});

it('gives a place back once', async () => {
  const turns = new Turns(1, 10);
  const done = await turns.take(never);
  done?.();
  done?.();
  const [first, second] = [turns.take(never), turns.take(never)];
  let isSecondIn = false;
  void second.then(() => (isSecondIn = true));
  await first;
  await turn();
  expect(isSecondIn).toBe(false);
});

it('refuses those for whom the line is too long', async () => {
  const turns = new Turns(1, 1);
  const done = await turns.take(never);
  const waiting = turns.take(never);
  await expect(turns.take(never)).resolves.toBeUndefined();
  done?.();
  await expect(waiting).resolves.toBeInstanceOf(Function);
});

it('lets those leave the line who give up, and keeps no place for them', async () => {
  const turns = new Turns(1, 2);
  const done = await turns.take(never);
  const controller = new AbortController();
  const leaving = turns.take(controller.signal);
  const staying = turns.take(never);
  controller.abort(new Error('enough'));
  await expect(leaving).rejects.toThrow('enough');
  await expect(turns.take(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  done?.();
  await expect(staying).resolves.toBeInstanceOf(Function);
});
