import { spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { startBus } from '../../test-support/start-bus.js';
import { Anywise } from '../bus/anywise.js';
import { command } from '../message/declare.js';
import { on } from '../registry/on.js';

class Inner extends command('shop.inner', {}) {}
class Outer extends command('shop.outer', {}) {}

const many = 20;

/** Sends many commands at once, each of which listens to its signal until all run. Gives their signals. */
function createWorld() {
  const signals = new Set<AbortSignal>();
  let proceed: () => void = () => undefined;
  const allRun = new Promise<void>((resolve) => (proceed = resolve));
  const inner = on(Inner).handle(async (_command, { signal }) => {
    signal.addEventListener('abort', () => undefined);
    signals.add(signal);
    if (signals.size === many) proceed();
    await allRun;
  });
  const sendMany = async (bus: Pick<Anywise, 'send'>, options?: { readonly signal: AbortSignal }): Promise<void> => {
    await Promise.all(Array.from({ length: many }, () => bus.send(new Inner(), options)));
  };
  return { signals, inner, sendMany };
}

describe('the signal of a message', () => {
  it('is its own, where one message that can be aborted sends many', async () => {
    const { signals, inner, sendMany } = createWorld();
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => sendMany(anywise));
    await using bus = await startBus({ name: 'shop', items: [inner, outer] });
    const caller = new AbortController();
    await bus.send(new Outer(), { signal: caller.signal });
    expect(signals.size).toBe(many);
    for (const signal of signals) expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });

  it('is aborted with the message that sent it', async () => {
    let aborted: AbortSignal | undefined;
    const caller = new AbortController();
    const inner = on(Inner).handle(async (_command, { signal }) => {
      caller.abort();
      aborted = signal;
    });
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => anywise.send(new Inner()));
    await using bus = await startBus({ name: 'shop', items: [inner, outer] });
    await expect(bus.send(new Outer(), { signal: caller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(aborted?.aborted).toBe(true);
  });

  it('may come from the caller, or from a handler, for many messages at once, and keeps nothing of them', async () => {
    const { inner, sendMany } = createWorld();
    const given = [new AbortController().signal];
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, { signal }, { anywise }) => {
        given.push(signal);
        await sendMany(anywise, { signal });
      });
    await using bus = await startBus({ name: 'shop', items: [inner, outer] });
    const [caller] = given;
    if (caller !== undefined) await sendMany(bus, { signal: caller });
    await bus.send(new Outer());
    expect(given.map((signal) => getEventListeners(signal, 'abort').length)).toEqual([0, 0]);
  });

  it('causes no warning of a leak, however many share what aborts them', () => {
    const index = new URL('../../index.ts', import.meta.url).href;
    const module = `
      import { Anywise, command, MessageRegistry, on, type } from '${index}';
      class Call extends command('shop.call', { data: type() }) {}
      let running = 0;
      const handler = on(Call).handle(async (_call, { signal }) => {
        signal.addEventListener('abort', () => {});
        if (++running === 20) all();
        await run;
      });
      let all;
      const run = new Promise((resolve) => (all = resolve));
      const bus = new Anywise({ name: 'shop', registries: [new MessageRegistry('shop').register(handler)] });
      await bus.start();
      const { signal } = new AbortController();
      await Promise.all(Array.from({ length: 20 }, () => bus.send(new Call({}), { signal })));
      await bus.stop();`;
    const options = ['--import', 'tsx', '--conditions=@anywise/source', '--input-type=module', '--eval', module];
    const cwd = fileURLToPath(new URL('.', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, options, { cwd, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
