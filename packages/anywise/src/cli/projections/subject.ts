import type { Subject } from '../action.js';
import { drop } from './drop.js';
import { faults } from './faults.js';
import { list } from './list.js';
import { rebuild } from './rebuild.js';
import { retry } from './retry.js';
import { skip } from './skip.js';

export const projections: Subject = {
  name: 'projections',
  summary: 'read models, which are made from the events of entities',
  actions: [list, rebuild, drop, faults, retry, skip],
};
