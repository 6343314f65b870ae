import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { MessageContext } from '../message/context.js';
import { Command } from '../message/message.js';
import { command, event } from '../message/declare.js';
import { on } from './on.js';
import { token } from '../ports/container.js';
import { memorySink } from '../../sinks/memory.js';

class Pay extends command('payments.pay', { data: z.object({ amount: z.number() }), reply: z.string() }) {}
class Paid extends event('payments.paid', { data: z.object({ id: z.string() }), entityId: ({ id }) => id }) {}
const Limits = token<{ readonly max: number }>('Limits');

const context = new MessageContext();

describe('on', () => {
  it('gives the function back, so that a test can call it', async () => {
    const pay = on(Pay)
      .inject({ limits: Limits })
      .handle(async ({ amount }, _context, { limits }) => (amount > limits.max ? 'too much' : 'paid'));
    expect(pay).toMatchObject({ kind: 'handler', targets: [Pay], dependencies: { limits: Limits } });
    await expect(pay.run(new Pay({ amount: 2 }), context, { limits: { max: 1 } })).resolves.toBe('too much');
  });

  it('describes a listener, plain or with options', () => {
    const run = (): void => undefined;
    const plain = { name: undefined, inline: false, retry: undefined, onDead: 'park' };
    expect(on(Paid).listen(run)).toMatchObject({ kind: 'listener', targets: [Paid], options: plain });
    const retry = { attempts: 3 };
    const listener = on(Paid).named('mail').inline().retry(retry).onDead('skip').inject({ limits: Limits }).listen(run);
    expect(listener).toMatchObject({
      kind: 'listener',
      targets: [Paid],
      options: { name: 'mail', inline: true, retry, onDead: 'skip' },
      dependencies: { limits: Limits },
      run,
    });
  });

  it('describes a sink as a listener that writes to it', async () => {
    const kept = memorySink();
    const sink = on(Paid).named('audit').onDead('skip').sink(kept);
    expect(sink).toMatchObject({
      kind: 'listener',
      targets: [Paid],
      options: { name: 'audit', onDead: 'skip' },
      sink: kept,
    });
    await sink.run(new Paid({ id: 'p' }), context);
    expect(kept.events).toEqual([new Paid({ id: 'p' })]);
  });

  it('describes guards of every shape', () => {
    class Audit {
      handle(_command: Command, _context: unknown, next: () => Promise<never>): Promise<never> {
        return next();
      }
    }
    expect(on(Command).guardWith(Audit)).toEqual({ kind: 'guard', targets: [Command], service: Audit });
    for (const guard of [
      on(Pay).before(() => undefined),
      on(Pay).after((_command, _context, reply) => reply),
      on(Pay).guard(async (_command, _context, next) => next()),
    ]) {
      expect(guard).toMatchObject({ kind: 'guard', targets: [Pay], dependencies: undefined });
    }
  });

  it('leaves a builder as it was when it goes on from there', () => {
    const base = on(Paid).named('mail');
    base.inline();
    expect(base.listen(() => undefined).options.inline).toBe(false);
  });
});
