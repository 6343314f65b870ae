import { AnywiseError } from '../errors/errors.js';
import { definitionOf } from '../message/message.js';
import type { Entity } from './entity.js';

/** An entity as its events so far have made it. */
export interface Evolved {
  /** `undefined` before the first event, and once it is gone. */
  readonly state: unknown;
  /** Whether events were erased since it last began: those that follow may be about what is no longer known. */
  readonly isErased: boolean;
}

export const unborn: Evolved = { state: undefined, isErased: false };
/** After an event whose data is gone. What was known before it is incomplete from then on. */
export const erased: Evolved = { state: undefined, isErased: true };

/**
 * What an entity is after one more event.
 *
 * @throws AnywiseError (`INVALID_MESSAGE`) if it cannot have this event now; or whatever its function throws.
 */
export function evolve(entity: Entity, { state, isErased }: Evolved, event: object): Evolved {
  const { type } = definitionOf(event);
  const creates = state === undefined;
  const own = entity.steps.filter((step) => step.event.type === type);
  const step = own.find((one) => one.creates === creates);
  if (step === undefined) {
    if (creates && isErased && own.length > 0) return erased;
    throw own.length === 0 ? strange(entity, type) : untimely(entity, type, creates);
  }
  const run = step.run as (...args: unknown[]) => unknown;
  const next = creates ? run(event) : run(state, event);
  if (next === null && !creates) return unborn;
  if (next === undefined || next === null) throw noState(entity, type, step.creates);
  if (next instanceof Promise) {
    // Nothing awaits it, and an unhandled rejection would end the process.
    next.catch(() => undefined);
    throw promised(entity, type);
  }
  return { state: Object.freeze(next), isErased: false };
}

function strange({ name }: Entity, type: string): AnywiseError {
  return wrong(`\`${name}\` has no function for \`${type}\`. Add \`create\` or \`evolve\` for it to the entity.`);
}

function untimely({ name }: Entity, type: string, isUnborn: boolean): AnywiseError {
  return isUnborn
    ? wrong(`\`${type}\` changes a \`${name}\` that does not exist. Begin with one of the events that create it.`)
    : wrong(`\`${type}\` creates a \`${name}\` that exists already. Add \`evolve\` for it, if that can happen.`);
}

function noState({ name }: Entity, type: string, creates: boolean): AnywiseError {
  const orGone = creates ? '' : ', or `null` if it is gone';
  return wrong(`The function of \`${name}\` for \`${type}\` returned nothing. Return the next state${orGone}.`);
}

function promised({ name }: Entity, type: string): AnywiseError {
  return wrong(`The function of \`${name}\` for \`${type}\` returned a promise. Make it synchronous.`);
}

function wrong(text: string): AnywiseError {
  return new AnywiseError('INVALID_MESSAGE', text);
}
