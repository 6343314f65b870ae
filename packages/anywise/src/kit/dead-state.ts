import type { DeadLetter } from '../core/ports/dead-letters.js';
import type { OnDead } from '../core/ports/inbox.js';

/** The states of dead letters, as the inbox port draws them. */
export type DeadState = 'dead' | 'parked' | 'blocking';

/** The state of a message that its listener has given up. */
export function deadState(onDead: OnDead, key: string | undefined): DeadState {
  if (onDead === 'block') return 'blocking';
  // No message waits for one without a key.
  return onDead === 'park' && key !== undefined ? 'parked' : 'dead';
}

/** What a dead letter holds up, by its state. */
export const holdsUp: Readonly<Record<DeadState, DeadLetter['holdsUp']>> = {
  dead: 'nothing',
  parked: 'key',
  blocking: 'listener',
};
