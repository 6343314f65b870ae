import type { Subject } from '../action.js';
import { discard } from './discard.js';
import { edit } from './edit.js';
import { list } from './list.js';
import { replay } from './replay.js';
import { show } from './show.js';

export const deadLetters: Subject = {
  name: 'dead-letters',
  summary: 'messages that a listener could not handle',
  actions: [list, show, replay, edit, discard],
};
