import type { Page } from '../visit.js';
import { actions } from './actions.js';
import { apis } from './apis.js';
import { catalog } from './catalog.js';
import { conversations } from './conversations.js';
import { bulkPage } from './dead-letters/bulk.js';
import { editPage } from './dead-letters/edit.js';
import { deadLetters } from './dead-letters/index.js';
import { letterPage } from './dead-letters/letter.js';
import { flow } from './flow.js';
import { health } from './health.js';
import { outbox } from './outbox.js';
import { processes } from './processes.js';
import { projections } from './projections/index.js';
import { sagas } from './sagas/index.js';
import { scheduled } from './scheduled.js';
import { search } from './search.js';
import { waiting } from './waiting/index.js';

export const pages: readonly Page[] = [
  health,
  deadLetters,
  letterPage,
  editPage,
  bulkPage,
  waiting,
  outbox,
  scheduled,
  conversations,
  flow,
  projections,
  sagas,
  processes,
  actions,
  catalog,
  apis,
  search,
];
