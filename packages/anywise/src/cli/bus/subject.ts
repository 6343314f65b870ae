import type { Subject } from '../action.js';
import { describe } from './describe.js';

export const bus: Subject = {
  name: 'bus',
  summary: 'what a service is made of',
  actions: [describe],
};
