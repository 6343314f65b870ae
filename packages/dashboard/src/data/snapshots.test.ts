import { describe, expect, it } from '@jest/globals';
import { memoryStore, type Store, type StoreView } from 'anywise';
import { storeSource } from '../source.js';
import { readable } from './snapshot.js';
import { Snapshots } from './snapshots.js';

/** A store that counts how often it was looked at, and answers when it is told to. */
function watchedStore(): {
  readonly store: Store;
  looks: number;
  last: number;
  tookMs: number;
  fail: Error | undefined;
} {
  const own = memoryStore();
  const world = { looks: 0, last: 0, tookMs: 0, fail: undefined as Error | undefined };
  const view = new Proxy(own.view ?? ({} as StoreView), {
    get: (target, name: keyof StoreView) =>
      name === 'counts'
        ? async () => {
            world.looks++;
            clock.now += world.tookMs;
            if (world.fail !== undefined) throw world.fail;
            const counts = await target.counts();
            return { ...counts, at: clock.now, lastSeq: { inbox: world.last, outbox: 0 } };
          }
        : target[name].bind(target),
  });
  return Object.assign(world, { store: { ...own, view } });
}

const clock = { now: 0 };

/** The part of ten minutes that is spent on pages which are refreshed every second, each as long as a snapshot. */
async function shareOf(tookMs: number, pages: number): Promise<number> {
  let now = 0;
  let spent = 0;
  const spend = (ms: number): void => {
    now += ms;
    spent += ms;
  };
  const store = memoryStore();
  const view = { ...store.view, counts: async () => (spend(tookMs), store.view?.counts()) } as StoreView;
  const snapshots = new Snapshots([storeSource('orders', { ...store, view })], () => now);
  let shown: unknown;
  while (now < 600_000) {
    const { snapshot } = await snapshots.look();
    for (let page = 0; page < pages && snapshot !== shown; page++) {
      spend(tookMs);
      snapshots.spend(tookMs);
    }
    shown = snapshot;
    now += 1_000;
  }
  return spent / now;
}

describe('snapshots', () => {
  it('serve all who look within a second, and are not taken while nobody does', async () => {
    clock.now = 1_000_000;
    const watched = watchedStore();
    const snapshots = new Snapshots([storeSource('orders', watched.store)], () => clock.now);
    expect(watched.looks).toBe(0);
    await Promise.all(Array.from({ length: 100 }, () => snapshots.look()));
    clock.now += 900;
    await snapshots.look();
    expect(watched.looks).toBe(1);
    clock.now += 100;
    await Promise.all([snapshots.look(), snapshots.look()]);
    expect(watched.looks).toBe(2);
  });

  it('serve fifty times as long as they took, with the pages that they refreshed, but not for ever', async () => {
    clock.now = 1_000_000;
    const watched = watchedStore();
    watched.tookMs = 100;
    const snapshots = new Snapshots([storeSource('orders', watched.store)], () => clock.now);
    const looksAfter = async (ms: number): Promise<number> => {
      clock.now += ms;
      await snapshots.look();
      return watched.looks;
    };
    expect((await snapshots.look()).freshMs).toBe(5_000);
    expect(await looksAfter(4_800)).toBe(1);
    expect(await looksAfter(100)).toBe(2);
    snapshots.spend(20);
    snapshots.spend(20);
    expect(await looksAfter(6_800)).toBe(2);
    watched.tookMs = 3_600_000;
    expect(await looksAfter(100)).toBe(3);
    watched.tookMs = 0;
    expect(await looksAfter(0)).toBe(4);
    expect((await snapshots.look()).freshMs).toBe(950);
  });

  it('cost one fiftieth of the time at most, however much there is to see and however many look', async () => {
    const shares = await Promise.all(
      [1, 10, 100].flatMap((tookMs) => [0, 1, 10].map(async (pages) => shareOf(tookMs, pages))),
    );
    expect(Math.max(...shares)).toBeLessThanOrEqual(0.021);
    expect(Math.max(...shares)).toBeGreaterThan(0.019);
  });

  it('are taken anew after something was done, and after the clock was set back', async () => {
    clock.now = 1_000_000;
    const watched = watchedStore();
    const snapshots = new Snapshots([storeSource('orders', watched.store)], () => clock.now);
    await snapshots.look();
    snapshots.forget();
    await snapshots.look();
    expect(watched.looks).toBe(2);
    clock.now -= 3_600_000;
    await snapshots.look();
    expect(watched.looks).toBe(3);
  });

  it('tell how fast messages come, once there are two', async () => {
    clock.now = 1_000_000;
    const watched = watchedStore();
    const snapshots = new Snapshots([storeSource('orders', watched.store)], () => clock.now);
    expect((await snapshots.look()).rates.get('orders')).toBeUndefined();
    clock.now += 2_000;
    watched.last = 76;
    expect((await snapshots.look()).rates.get('orders')).toEqual({ in: 38, out: 0 });
    clock.now += 60_000;
    expect((await snapshots.look()).rates.get('orders')).toBeUndefined();
  });

  it('show the services that can be read beside one that cannot', async () => {
    clock.now = 1_000_000;
    const broken = watchedStore();
    broken.fail = new Error('The file is gone.');
    const none = { ...memoryStore(), name: 'theirs' };
    Reflect.deleteProperty(none, 'view');
    const sources = [
      storeSource('orders', memoryStore()),
      storeSource('payments', broken.store),
      storeSource('old', none),
    ];
    const { snapshot } = await new Snapshots(sources).look();
    expect(readable(snapshot).map(({ service }) => service)).toEqual(['orders']);
    expect(snapshot.services).toContainEqual({ service: 'payments', unread: 'The file is gone.', isAway: true });
    expect(snapshot.services).toContainEqual({
      service: 'old',
      unread: 'The store `theirs` has no view for tools.',
      isAway: false,
    });
  });
});
