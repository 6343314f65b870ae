import type { Page } from '../../visit.js';
import { lanePage } from './lane.js';
import { listenerPage } from './listener.js';
import { listenersPage } from './listeners.js';

/** What waits: of every listener, of one, or of one key of it. */
export const waiting: Page = {
  path: '/waiting',
  look: async (visit) => {
    const [service, listener, key] = ['service', 'listener', 'key'].map((name) => visit.query.get(name));
    if (service == null || listener == null) return listenersPage(visit, service ?? undefined);
    return key == null ? listenerPage(visit, service, listener) : lanePage(visit, service, listener, key);
  },
};
