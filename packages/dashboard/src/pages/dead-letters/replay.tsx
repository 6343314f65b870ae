import { replayLetters } from '../../actions/letters.js';
import { envelopeOf } from '../../letters/data.js';
import { findLetter, refOf } from '../../letters/find.js';
import { demand, link, sourceOf, type Shown, type Visit } from '../../visit.js';
import { done } from '../done.js';

/** Replays one dead letter, and shows what the database says. */
export async function replayOne(visit: Visit, form: URLSearchParams): Promise<Shown> {
  demand(visit, 'replay');
  const source = sourceOf(visit, form.get('service'));
  const ref = refOf(form);
  // It is read before, for where to go on: afterwards it is no longer a dead letter.
  const found = await findLetter(visit, form).catch(() => undefined);
  const count = await replayLetters(source, visit.viewer.user, ref);
  const correlation = found && envelopeOf(found.letter.json)?.correlationid;
  const onward: [string, string][] = [
    [link(visit, '/dead-letters', { service: source.service, listener: ref.listener }), 'Back to the dead letters'],
  ];
  if (correlation !== undefined) onward.unshift([link(visit, '/conversations', { id: correlation }), 'Follow it']);
  return done({
    title: count === 0 ? 'Nothing was replayed' : 'Replayed',
    section: '/dead-letters',
    isNothing: count === 0,
    says:
      count === 0
        ? `${ref.listener} has no dead letter ${ref.id} any more. Someone else replayed or discarded it first.`
        : `${ref.id} is due again for ${ref.listener}, with all its attempts. It is handled by whichever process claims it first.`,
    onward,
  });
}
