import type { Subject } from '../action.js';
import { status } from './status.js';

export const inbox: Subject = {
  name: 'inbox',
  summary: 'messages that listeners have yet to handle',
  actions: [status],
};
