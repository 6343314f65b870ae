import type { ActionName, ActionRecord } from '../core/ports/actions.js';
import { storable } from '../core/message/storable-text.js';

const longestWho = 200;

/** An action that is about to be recorded. */
export type NewAction = Pick<ActionRecord, 'who' | 'what' | 'target'>;

/** What an action leaves in the audit; `undefined` if it is not known who acts. */
export function actionBy(who: string | undefined, what: ActionName, target: object): NewAction | undefined {
  if (who === undefined) return undefined;
  const given = Object.entries(target).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  const kept = given.map(([name, value]) => [name, typeof value === 'string' ? storable(value) : value] as const);
  return { who: storable(who).slice(0, longestWho), what, target: Object.fromEntries(kept) };
}
