import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import { isJson } from '../message/json.js';
import { validate } from '../message/schema.js';
import type { Snapshot } from '../ports/event-log.js';
import type { Entity } from './entity.js';

/**
 * The snapshot to keep with events that lead from one version to another; `undefined` where none is due. Whether the state
 * could be kept is found out with every event, not with the hundredth.
 *
 * @throws AnywiseError (`INVALID_CONTRACT`) if the state cannot be read back from JSON.
 */
export function snapshotFor(entity: Entity, before: number, version: number, state: unknown): Snapshot | undefined {
  const { snapshot } = entity.options;
  if (snapshot === undefined || state === undefined) return undefined;
  const text = JSON.stringify(state);
  try {
    if (!isJson(state)) throw new Error('it has values that JSON cannot represent');
    validate(entity.name, entity.options.state, JSON.parse(text));
  } catch (cause) {
    throw new AnywiseError(
      'INVALID_CONTRACT',
      `The state of \`${entity.name}\` cannot be kept as a snapshot (${errorText(cause)}). Return plain data that fits its \`state\`.`,
      { cause },
    );
  }
  const isDue = Math.floor(version / snapshot.every) > Math.floor(before / snapshot.every);
  return isDue ? { version, shape: snapshot.version, state: text } : undefined;
}

/** The state in a snapshot; `undefined` if it cannot be used, so that the events are read instead. */
export function stateIn(entity: Entity, { state }: Snapshot): unknown {
  try {
    return Object.freeze(validate(entity.name, entity.options.state, JSON.parse(state)));
  } catch {
    return undefined;
  }
}
