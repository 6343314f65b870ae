import type { Subject } from '../action.js';
import { list } from './list.js';

export const processes: Subject = {
  name: 'processes',
  summary: 'the processes that work for a service',
  actions: [list],
};
