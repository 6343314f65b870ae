import type { Subject } from '../action.js';
import { migrate } from './migrate.js';

export const store: Subject = {
  name: 'store',
  summary: 'the tables in which a service keeps its messages',
  actions: [migrate],
};
