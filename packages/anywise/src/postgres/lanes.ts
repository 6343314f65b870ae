import { laneOf } from '../kit/lanes.js';
import { storable } from '../core/message/storable-text.js';

/** Sorts before every lane. */
export const beforeAllLanes = '';

/** The lane of a message, as stored. */
export function storedLane(key: string | undefined, id: string, source?: string): string {
  return storable(laneOf(key, id, source));
}
