import type { Claim } from '../ports/inbox.js';

/** What became of messages that were handled together. */
export type BatchOutcome =
  | 'handled'
  /** Nothing was committed, and one of them is to blame. */
  | 'failed'
  /** Nothing was committed, for a reason that may have passed. */
  | 'again'
  /** What becomes of each of them has been recorded. */
  | 'over';

export interface BatchSteps {
  /** Handles messages in one transaction. */
  readonly together: (claims: readonly Claim[]) => Promise<BatchOutcome>;
  /** Handles one message and records its failure; `false` if it was not handled. */
  readonly alone: (claim: Claim) => Promise<boolean>;
  /** Whether this process no longer has the message. */
  readonly isLost: (claim: Claim) => boolean;
  /** Gives back messages that were not tried. */
  readonly release: (claims: readonly Claim[]) => Promise<void>;
  /** Whether a message that fails may hold back every other one. */
  readonly holdsAll: boolean;
}

/**
 * Handles a batch: all together, and what fails together in ever smaller parts, until the message that is to blame fails
 * alone. Parts are handled in order, and what follows a message that was not handled in its key is given back.
 *
 * @returns whether all were handled.
 */
export async function handleBatch(claims: readonly Claim[], steps: BatchSteps): Promise<boolean> {
  const held = new Set<string>();
  const back: Claim[] = [];
  let handled = 0;

  const isFree = (claim: Claim): boolean => {
    if (steps.isLost(claim)) held.add(laneOf(claim));
    else if (!held.has(laneOf(claim)) && !(steps.holdsAll && held.size > 0)) return true;
    else back.push(claim);
    return false;
  };

  const handle = async (part: readonly Claim[]): Promise<void> => {
    const left = part.filter(isFree);
    const [first] = left;
    if (first === undefined) return;
    if (left.length === 1) {
      if (await steps.alone(first)) handled++;
      else held.add(laneOf(first));
      return;
    }
    const once = await steps.together(left);
    const outcome = once === 'again' ? await steps.together(left) : once;
    if (outcome === 'handled') handled += left.length;
    if (outcome === 'handled' || outcome === 'over') return;
    for (const half of halvesOf(left)) await handle(half);
  };

  // A message that was tried before may be what its last attempt, or its process, died of.
  await handle(claims.filter(({ attempt }) => attempt === 1));
  for (const tried of claims.filter(({ attempt }) => attempt !== 1)) await handle([tried]);
  if (back.length > 0) await steps.release(back);
  return handled === claims.length;
}

/** Two parts of about as many keys; a single key is cut between its messages. */
function halvesOf(claims: readonly Claim[]): readonly (readonly Claim[])[] {
  const lanes = [...new Set(claims.map(laneOf))];
  if (lanes.length === 1) {
    const middle = Math.ceil(claims.length / 2);
    return [claims.slice(0, middle), claims.slice(middle)];
  }
  const first = new Set(lanes.slice(0, Math.ceil(lanes.length / 2)));
  return [claims.filter((claim) => first.has(laneOf(claim))), claims.filter((claim) => !first.has(laneOf(claim)))];
}

function laneOf({ key, seq }: Claim): string {
  return key === undefined ? `without ${seq}` : `key ${key}`;
}
