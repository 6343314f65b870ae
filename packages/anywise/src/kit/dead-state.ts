import type { DeadLetter } from '../core/ports/dead-letters.js';
import type { OnDead } from '../core/ports/inbox.js';

/** The states of dead letters, as drawn at the inbox port. */
export type DeadState = 'dead' | 'parked' | 'blocking';

/** The state of a message that was given up. */
export function deadState(onDead: OnDead, key: string | undefined): DeadState {
  if (onDead === 'block') return 'blocking';
  // No message waits for one without a key.
  return onDead === 'park' && key !== undefined ? 'parked' : 'dead';
}

/** What a dead letter blocks, by its state. */
export const holdsUp: Readonly<Record<DeadState, DeadLetter['holdsUp']>> = {
  dead: 'nothing',
  parked: 'key',
  blocking: 'listener',
};
