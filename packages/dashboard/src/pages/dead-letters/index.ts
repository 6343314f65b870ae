import { isNarrow, selectedBy } from '../../letters/filter.js';
import type { Page } from '../../visit.js';
import { groupsPage } from './groups.js';
import { listPage } from './list.js';

/** Groups of dead letters, or those that the address selects. */
export const deadLetters: Page = {
  path: '/dead-letters',
  look: async (visit) => {
    const selected = selectedBy(visit.query);
    const isList = isNarrow(selected) || visit.query.has('after');
    return isList ? listPage(visit, selected) : groupsPage(visit, selected);
  },
};
