import { describe, expect, it } from '@jest/globals';
import { AnywiseError, memoryStore, type Store } from 'anywise';
import { eventually } from 'anywise/testing';
import { dashboard, storeSource } from './index.js';
import { serve } from './test-support/serve.js';
import { textOf } from './test-support/dashboard.js';

const parts: readonly (keyof Store)[] = [
  'view',
  'deadLetters',
  'parked',
  'scheduled',
  'actions',
  'processes',
  'sagas',
  'projections',
];

/** A store of which nothing can be read until `check` resolves, as those of databases. */
function closedStore() {
  const store = memoryStore();
  const door = { isOpen: false, problem: undefined as AnywiseError | undefined };
  const closed = new Proxy(store, {
    get(target, name) {
      if (name === 'check') {
        return async () => {
          if (door.problem !== undefined) throw door.problem;
          door.isOpen = true;
        };
      }
      if (!door.isOpen && parts.some((part) => part === name)) throw new Error('The store is not open.');
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
  return { store: closed, door };
}

const paths = [
  '/',
  '/dead-letters',
  '/waiting',
  '/outbox',
  '/scheduled',
  '/conversations?id=c-1',
  '/flow',
  '/projections',
  '/sagas',
  '/processes',
  '/actions',
  '/search?q=c-1',
];

describe('a store that is not open', () => {
  it('is opened when somebody looks', async () => {
    const { store, door } = closedStore();
    await using server = await serve(dashboard([storeSource('orders', store)]));
    const { status, text } = await server.ask('/');
    expect([status, door.isOpen]).toEqual([200, true]);
    expect(textOf(text)).not.toContain('cannot be read');
  });

  it('and cannot be opened is left out of every page, which says so, until it can', async () => {
    const { store, door } = closedStore();
    door.problem = new AnywiseError('UNAVAILABLE', 'The disk is full.');
    const errors: unknown[] = [];
    const sources = [storeSource('payments', memoryStore()), storeSource('orders', store)];
    await using server = await serve(dashboard(sources, { onError: (error) => errors.push(error) }));
    for (const path of paths) {
      const { status, text } = await server.ask(path);
      expect([path, status]).toEqual([path, 200]);
      expect(textOf(text)).toMatch(/orders.*cannot be read.*The disk is full\./);
    }
    const { status, text } = await server.ask('/dead-letters?service=orders&listener=a');
    expect([status, textOf(text)]).toEqual([503, expect.stringContaining('The disk is full.')]);
    expect(errors).toEqual([]);
    door.problem = undefined;
    await eventually(async () =>
      expect((await server.ask('/dead-letters?service=orders&listener=a')).status).toBe(200),
    );
  });
});
