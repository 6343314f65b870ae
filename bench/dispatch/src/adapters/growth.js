import { Anywise, MessageRegistry, command, on, type } from 'anywise';
import { handle } from '../domain.js';

const sizes = [1, 100, 1000];

/**
 * The same send with a growing number of registered message types: its cost should not grow.
 *
 * @returns {Promise<import('../cases.js').Adapter>}
 */
export default async function growth() {
  return { growth: await Promise.all(sizes.map(withTypes)) };
}

/**
 * @param {number} size
 * @returns {Promise<import('../cases.js').Way>}
 */
async function withTypes(size) {
  const pings = Array.from({ length: size }, (_, index) => ping(index));
  // One from the middle, so that a linear search would show.
  const Ping = /** @type {ReturnType<typeof ping>} */ (pings[Math.floor(size / 2)]);
  const registry = new MessageRegistry('bench').register(...pings.map((each) => on(each).handle(handle)));
  const bus = new Anywise({ name: 'bench', registries: [registry] });
  await bus.start();
  return { name: `anywise, ${size} message ${size === 1 ? 'type' : 'types'}`, run: (n) => bus.send(new Ping({ n })) };
}

/** @param {number} index */
function ping(index) {
  /** @type {import('anywise').StandardSchema<{ n: number }>} */
  const data = type();
  /** @type {import('anywise').StandardSchema<number>} */
  const reply = type();
  return class Ping extends command(`bench.ping-${index}`, { data, reply }) {};
}
