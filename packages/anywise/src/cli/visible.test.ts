import { expect, it } from '@jest/globals';
import { visible, visibleJson } from './visible.js';

it.each([
  ['colours', '\u001b[31mred', '\\x1b[31mred'],
  ['a terminal command in one character', '\u009b2J', '\\x9b2J'],
  ['deletion', 'a\u007fb', 'a\\x7fb'],
  ['a carriage return', 'a\rb', 'a\\x0db'],
  ['direction marks', 'a\u202eb\u2066c\u200fd\u061ce', 'a\\u{202e}b\\u{2066}c\\u{200f}d\\u{61c}e'],
  ['other line ends', 'a\u2028b\u2029c\u0085d', 'a\\u{2028}b\\u{2029}c\\x85d'],
])('spells out %s', (_what, text, seen) => {
  expect(visible(text)).toBe(seen);
  const json = visibleJson({ [text]: [text] });
  expect(json).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}|\p{Zl}|\p{Zp}/u);
  expect(JSON.parse(json)).toEqual({ [text]: [text] });
});

it('leaves lines, tabs, other scripts and emoji as they are', () => {
  const text = 'a\n\tb žluť 👩‍👩‍👧 שלום नमस्ते';
  expect(visible(text)).toBe(text);
  expect(JSON.parse(visibleJson(text))).toBe(text);
});
