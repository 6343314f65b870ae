import type { Subject } from '../action.js';
import { describe } from './describe.js';
import { topology } from './topology.js';

export const bus: Subject = {
  name: 'bus',
  summary: 'what a service is made of, and what it needs of a transport',
  actions: [describe, topology],
};
