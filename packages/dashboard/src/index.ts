/**
 * A dashboard for Anywise services: what is stuck, since when, why, what to press, and whether it is safe.
 *
 * @module @anywise/dashboard
 */

export { dashboard, type DashboardHandler } from './dashboard.js';
export type { DashboardOptions } from './options.js';
export type { Right, Viewer } from './rights.js';
export { storeSource, type DashboardSource } from './source.js';
