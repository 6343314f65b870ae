import { expect, it } from '@jest/globals';
import { deadState, holdsUp } from './dead-state.js';

it.each([
  { onDead: 'park', key: 'a', holds: 'key' },
  { onDead: 'park', key: '', holds: 'key' },
  { onDead: 'park', key: undefined, holds: 'nothing' },
  { onDead: 'skip', key: 'a', holds: 'nothing' },
  { onDead: 'block', key: undefined, holds: 'listener' },
] as const)('a dead letter with `$onDead` and the key $key holds up: $holds', ({ onDead, key, holds }) => {
  expect(holdsUp[deadState(onDead, key)]).toBe(holds);
});
