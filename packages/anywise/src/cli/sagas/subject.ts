import type { Subject } from '../action.js';
import { end } from './end.js';
import { list } from './list.js';
import { retry } from './retry.js';
import { show } from './show.js';

export const sagas: Subject = {
  name: 'sagas',
  summary: 'processes that wait for events and for the clock',
  actions: [list, show, retry, end],
};
