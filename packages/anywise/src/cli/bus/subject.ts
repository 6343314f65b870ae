import type { Subject } from '../action.js';
import { dashboard } from './dashboard.js';
import { describe } from './describe.js';
import { topology } from './topology.js';

export const bus: Subject = {
  name: 'bus',
  summary: 'what a service is made of, what it needs of a transport, and what is stuck in it',
  actions: [describe, topology, dashboard],
};
