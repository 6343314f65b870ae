import type { Subject } from '../action.js';
import { list } from './list.js';

export const actions: Subject = {
  name: 'actions',
  summary: 'who replayed, edited, discarded, retried, cancelled and ran messages by hand',
  actions: [list],
};
