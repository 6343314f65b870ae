import { describe, expect, it } from '@jest/globals';
import { pickService } from './open-store.js';

const where = 'sqlite:/data';

describe('the service that is meant', () => {
  it('is the only one, or the one with the name', () => {
    expect(pickService(undefined, ['orders'], where)).toBe('orders');
    expect(pickService('payments', ['orders', 'payments'], where)).toBe('payments');
  });

  it.each([
    {
      name: undefined,
      services: ['orders', 'payments'],
      exitCode: 2,
      message: '`sqlite:/data` has several stores: `orders`, `payments`. Choose one with `--service`.',
    },
    {
      name: 'payment',
      services: ['orders', 'payments'],
      exitCode: 3,
      message: '`sqlite:/data` has no store of `payment`. It has: `orders`, `payments`. Did you mean `payments`?',
    },
    {
      name: 'orders',
      services: [],
      exitCode: 3,
      message: '`sqlite:/data` has no stores. Start a service, or name its store with `--store`.',
    },
  ])('is not guessed: $name of $services', ({ name, services, exitCode, message }) => {
    expect(() => pickService(name, services, where)).toThrow(expect.objectContaining({ exitCode, message }));
  });
});
