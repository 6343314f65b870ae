import { expect, it } from '@jest/globals';
import { isDeeperThan } from './json-depth.js';

it.each([
  ['just as deep', '{"a":[{}]}', false],
  ['one level more', '{"a":[{"b":[]}]}', true],
  ['more of them side by side', '[{},{},[],[{}]]', false],
  ['brackets in a string', '["[[[[","\\"{{{{"]', false],
])('tells whether a text is deeper than three levels: %s', (_, json, isDeeper) => {
  expect(isDeeperThan(3, json)).toBe(isDeeper);
});
