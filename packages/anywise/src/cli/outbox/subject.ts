import type { Subject } from '../action.js';
import { discard } from './discard.js';
import { parked } from './parked.js';
import { retry } from './retry.js';
import { status } from './status.js';

export const outbox: Subject = {
  name: 'outbox',
  summary: 'messages that have yet to leave the service',
  actions: [status, parked, retry, discard],
};
