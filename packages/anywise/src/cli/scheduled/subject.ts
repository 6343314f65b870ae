import type { Subject } from '../action.js';
import { cancel } from './cancel.js';
import { list } from './list.js';
import { runNow } from './run-now.js';

export const scheduled: Subject = {
  name: 'scheduled',
  summary: 'delayed commands that are not due yet',
  actions: [list, cancel, runNow],
};
