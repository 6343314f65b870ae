import type { Subject } from './action.js';
import { actions } from './actions/subject.js';
import { shortcuts } from './bus/shortcuts.js';
import { bus } from './bus/subject.js';
import { completionOf } from './completion/subject.js';
import { deadLetters } from './dead-letters/subject.js';
import { inbox } from './inbox/subject.js';
import { outbox } from './outbox/subject.js';
import { processes } from './processes/subject.js';
import { projections } from './projections/subject.js';
import { sagas } from './sagas/subject.js';
import { scheduled } from './scheduled/subject.js';
import { store } from './store/subject.js';

/** Everything that may follow `anywise`. Help, parsing and completion are made from it. */
export const subjects: readonly Subject[] = [
  deadLetters,
  outbox,
  scheduled,
  inbox,
  processes,
  projections,
  sagas,
  actions,
  store,
  bus,
  completionOf(() => ({ subjects, shortcuts })),
];
