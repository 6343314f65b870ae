import type { Page } from '../../visit.js';
import { listPage } from './list.js';
import { sagaPage } from './saga.js';

/** Processes that wait: all that the services have, or one with its steps. */
export const sagas: Page = {
  path: '/sagas',
  look: async (visit) => {
    const [service, name, key] = ['service', 'name', 'key'].map((field) => visit.query.get(field));
    return service == null || name == null || key == null
      ? listPage(visit, service ?? undefined)
      : sagaPage(visit, { service, name, key });
  },
};
