import { retryFault, skipFault, type WhichFault } from '../../actions/projections.js';
import { HttpError } from '../../http/http-error.js';
import { demand, link, sourceOf, type Shown, type Visit } from '../../visit.js';
import { ask } from '../ask.js';
import { done } from '../done.js';

/** Retries what a read model could not take in, or leaves it out. */
export async function act(visit: Visit, form: URLSearchParams): Promise<Shown> {
  const source = sourceOf(visit, form.get('service'));
  const which = whichIn(form);
  const action = form.get('action');
  if (action === 'retry') {
    demand(visit, 'retry');
    return answer(visit, 'is retried', which, await retryFault(source, visit.viewer.user, which));
  }
  if (action !== 'skip') throw new HttpError(400, 'The form must say whether to `retry` or to `skip`.');
  demand(visit, 'discard');
  // A first press asks, a second one does it: it cannot be undone.
  if (form.get('sure') !== 'yes') return askToSkip(visit, source.service, which);
  return answer(visit, 'is left out', which, await skipFault(source, visit.viewer.user, which));
}

function whichIn(form: URLSearchParams): WhichFault {
  const [name, stream, version] = ['name', 'stream', 'version'].map((field) => form.get(field));
  if (!name || !stream || !/^[1-9]\d{0,9}$/.test(version ?? '')) {
    throw new HttpError(400, 'The form names no event that was not taken in.');
  }
  return { name, stream, version: Number(version) };
}

function askToSkip(visit: Visit, service: string, which: WhichFault): Shown {
  return ask(visit, {
    title: 'Leave this event out?',
    section: '/projections',
    lead: which.stream,
    says: `${which.name} goes on as if it had not happened, with the events that wait for it. There is no undo but a rebuild.`,
    button: 'Leave it out',
    fields: { service, ...which, action: 'skip' },
  });
}

function answer(visit: Visit, past: string, { stream }: WhichFault, isDone: boolean): Shown {
  return done({
    title: isDone ? `1 event ${past}` : 'Nothing has changed',
    section: '/projections',
    isNothing: !isDone,
    says: isDone
      ? `The database says: the parked event of ${stream} ${past}.`
      : `No event of ${stream} is parked any more.`,
    onward: [[link(visit, '/projections'), 'Back to the projections']],
  });
}
