import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { limited } from '../../guards/limited.js';
import { rateLimited } from '../../guards/rate-limited.js';
import { timed } from '../../guards/timed.js';
import { memoryStore } from '../../memory/store.js';
import { memorySink } from '../../sinks/memory.js';
import { startBus } from '../../test-support/start-bus.js';
import { fakeClock } from '../../testing/clock.js';
import { eventually } from '../../testing/eventually.js';
import { fixed } from '../../testing/fixed.js';
import { Anywise } from '../bus/anywise.js';
import { RefusedError } from '../errors/errors.js';
import { contract } from '../message/contract.js';
import { command, event } from '../message/declare.js';
import type { ListenerGuard } from '../registry/definitions.js';
import { listens } from '../registry/methods.js';
import { on } from '../registry/on.js';
import type { Failed } from '../ports/observer.js';

class Paid extends event('payments.paid', { data: z.object({ id: z.string() }), entityId: ({ id }) => id }) {}
class Book extends command('payments.book', { data: z.object({ id: z.string() }) }) {}
const contracts = [contract('payments', { Paid, Book })];
const deadline = 30_000;

/** A guard that notes when it begins and ends. */
function noting(log: string[], name: string): ListenerGuard<Paid> {
  return async ({ id }, _context, next) => {
    log.push(`${name}, ${id} in`);
    await next();
    log.push(`${name}, ${id} out`);
  };
}

describe('guards of a listener', () => {
  it.each([
    ['inside `publish`', undefined],
    ['after the commit', memoryStore()],
  ])('run around it, the first outermost, where it runs %s', async (_when, store) => {
    const log: string[] = [];
    const listener = on(Paid)
      .guardedBy(noting(log, 'one'))
      .guardedBy(noting(log, 'two'), noting(log, 'three'))
      .listen(({ id }) => void log.push(`heard ${id}`));
    await using bus = await startBus({ items: [listener], contracts, ...(store && { store }) });
    await bus.publish(new Paid({ id: 'p' }));
    await eventually(() => expect(log).toContain('one, p out'), deadline);
    expect(log).toEqual([
      'one, p in',
      'two, p in',
      'three, p in',
      'heard p',
      'three, p out',
      'two, p out',
      'one, p out',
    ]);
  });

  it('run around a sink, and around a method', async () => {
    const log: string[] = [];
    const sink = memorySink();
    class Service {
      @listens(Paid, { guards: [noting(log, 'method')] })
      hear({ id }: Paid): void {
        log.push(`heard ${id}`);
      }
    }
    await using bus = await startBus({
      items: [on(Paid).named('kept').guardedBy(noting(log, 'sink')).sink(sink), Service],
      container: fixed([Service, new Service()]),
    });
    await bus.publish(new Paid({ id: 'p' }));
    expect(log).toEqual(['sink, p in', 'sink, p out', 'method, p in', 'heard p', 'method, p out']);
    expect(sink.events).toHaveLength(1);
  });

  it('guard no other listener, and no command', async () => {
    const log: string[] = [];
    await using bus = await startBus({
      items: [
        on(Paid)
          .named('guarded')
          .guardedBy(noting(log, 'guard'))
          .listen(() => undefined),
        on(Paid)
          .named('free')
          .listen(() => void log.push('free')),
      ],
    });
    await bus.publish(new Paid({ id: 'p' }));
    expect(log).toEqual(['guard, p in', 'guard, p out', 'free']);
  });

  it('are told by inspect, like those of a command', async () => {
    await using bus = await startBus({
      items: [
        on(Paid)
          .guardedBy(limited({ atOnce: 1 }), timed({ timeoutMs: 5 }))
          .listen(() => undefined),
        on(Book).guard(rateLimited({ perSecond: 1 })),
        on(Book).handle(async () => undefined),
      ],
    });
    expect(bus.inspect.listeners(Paid)).toMatchObject([{ guards: ['limited', 'timed'] }]);
    expect(bus.inspect.guards(Book)).toEqual([{ place: 'registry `test`, `rateLimited`' }]);
  });

  it('run before what it asks for is made, and can keep the event from it', async () => {
    const log: string[] = [];
    const container = {
      provides: () => undefined,
      verify: () => [],
      open: () => ({ resolve: () => void log.push('made') as never, dispose: () => undefined }),
    };
    class Mailer {}
    await using bus = await startBus({
      container,
      items: [
        on(Paid)
          .inject({ mailer: Mailer })
          .guardedBy(async ({ id }, _context, next) => (id === 'skip' ? undefined : next()))
          .listen(({ id }) => void log.push(id)),
      ],
    });
    await bus.publish(new Paid({ id: 'skip' }));
    await bus.publish(new Paid({ id: 'p' }));
    expect(log).toEqual(['made', 'p']);
  });

  it('give it less time, which what it sends sees too', async () => {
    const signals: AbortSignal[] = [];
    await using bus = await startBus({
      items: [
        on(Paid)
          .inject({ anywise: Anywise })
          .guardedBy(timed({ timeoutMs: 5 }))
          .listen(async ({ id }, context, { anywise }) => {
            signals.push(context.signal);
            await anywise.send(new Book({ id }));
          }),
        on(Book).handle((_command, context) => {
          signals.push(context.signal);
          return new Promise(() => undefined);
        }),
      ],
    });
    await expect(bus.publish(new Paid({ id: 'p' }))).rejects.toMatchObject({ cause: { code: 'TIMEOUT' } });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});

describe('a listener that is refused', () => {
  /** A service whose store has a clock of its own. */
  async function start(items: Parameters<typeof startBus>[0]['items'], now: { ms: number }) {
    const clock = fakeClock(now.ms);
    const failures: Failed[] = [];
    const bus = await startBus({ name: 'payments', items: items ?? [], contracts, store: memoryStore({ clock }) });
    bus.observe({ failed: (failed) => void failures.push(failed) });
    return { bus, clock, failures, [Symbol.asyncDispose]: () => bus.stop() };
  }

  it('hears the event again when it may, and the attempts do not count', async () => {
    const heard: string[] = [];
    let clock = { now: () => 0 };
    const guard = rateLimited({ perSecond: 1, now: () => clock.now() });
    const listener = on(Paid)
      .retry({ attempts: 1 })
      .guardedBy(guard)
      .listen(({ id }, { attempt }) => void heard.push(`${id}, attempt ${attempt}`));
    await using service = await start([listener, on(Book).handle(async () => undefined)], { ms: 0 });
    clock = service.clock;
    for (const id of ['a', 'b', 'c', 'd']) await service.bus.publish(new Paid({ id }));
    for (let second = 1; second <= 4; second++) {
      await eventually(() => expect(heard).toHaveLength(second), deadline);
      await eventually(
        async () => expect(await service.bus.status()).toMatchObject({ inbox: { running: { count: 0 } } }),
        deadline,
      );
      service.clock.advance(1_000);
    }
    expect([...heard].sort()).toEqual(['a, attempt 1', 'b, attempt 1', 'c, attempt 1', 'd, attempt 1']);
    expect(service.failures.every(({ error, dead }) => error instanceof RefusedError && dead === undefined)).toBe(true);
    expect(await service.bus.status()).toMatchObject({ inbox: { dead: { count: 0 }, waiting: { count: 0 } } });
  });

  it('is an enqueued command, too', async () => {
    const handled: string[] = [];
    let clock = { now: () => 0 };
    await using service = await start(
      [
        on(Book).guard(rateLimited({ perSecond: 1, now: () => clock.now() })),
        on(Book)
          .retry({ attempts: 1 })
          .handle(async ({ id }) => void handled.push(id)),
      ],
      { ms: 0 },
    );
    clock = service.clock;
    for (const id of ['a', 'b']) await service.bus.enqueue(new Book({ id }), { key: 'one' });
    await eventually(() => expect(service.failures).toHaveLength(1), deadline);
    service.clock.advance(1_000);
    await eventually(() => expect(handled).toEqual(['a', 'b']), deadline);
  });

  it('fails as any other where it is refused what it sends', async () => {
    const guard = limited({ atOnce: 1, waiting: 0 });
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await using service = await start(
      [
        on(Paid)
          .inject({ anywise: Anywise })
          .retry({ attempts: 1 })
          .listen(async ({ id }, _context, { anywise }) => anywise.send(new Book({ id }))),
        on(Book).guard(guard),
        on(Book).handle(() => held),
      ],
      { ms: 0 },
    );
    const first = service.bus.send(new Book({ id: 'a' }));
    await service.bus.publish(new Paid({ id: 'p' }));
    await eventually(() => expect(service.failures).toMatchObject([{ dead: 'park', attempt: 1 }]), deadline);
    letGo();
    await first;
  });
});
