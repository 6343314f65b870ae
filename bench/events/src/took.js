import process from 'node:process';

/**
 * @typedef {object} Took
 * @property {number} rate operations a second
 * @property {number} cpuUs the CPU time of this process for each, in microseconds
 */

/**
 * @param {number} began
 * @param {ReturnType<typeof process.cpuUsage>} cpu at the beginning
 * @param {number} operations
 * @returns {Took}
 */
export function tookSince(began, cpu, operations) {
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (operations * 1_000) / (globalThis.performance.now() - began), cpuUs: (user + system) / operations };
}
