import { describe, expect, it } from '@jest/globals';
import { render } from 'preact-render-to-string';
import { diffLines } from './diff.js';
import { Json } from './json.js';

const text = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');

it.each([
  [{ a: 'b: "c\\"', d: [1, -2.5e3, true, null], 'e:': {} }],
  ['</script><script>alert(1)</script>'],
  [null],
  [[]],
  [{ emoji: '👩‍👩‍👧', control: '\u001b[2J' }],
])('shows %j as it is, and only as text', (value) => {
  const html = render(<Json value={value} label="Data" />);
  expect(text(html)).toBe(JSON.stringify(value, null, 2));
  expect(html).not.toContain('<script');
});

it('escapes what would turn around the text beside it', () => {
  expect(text(render(<Json value={'a\u202eb\u009b'} label="Data" />))).toBe('"a\\u202eb\\u009b"');
});

it('shows a large text without colours', () => {
  const html = render(<Json value={'x'.repeat(60_000)} label="Data" />);
  expect(html).not.toContain('json-text');
});

describe('a difference', () => {
  const marked = (before: string, after: string): string =>
    diffLines(before, after)
      .map(({ kind, text: line }) => `${{ same: ' ', old: '-', new: '+' }[kind]}${line}`)
      .join('|');

  it.each([
    ['a\nb\nc', 'a\nb\nc', ' a| b| c'],
    ['a\nb\nc', 'a\nx\nc', ' a|-b|+x| c'],
    ['a\nc', 'a\nb\nc', ' a|+b| c'],
    ['a\nb\nc', 'c', '-a|-b| c'],
    ['', 'a', '-|+a'],
  ])('of %j and %j', (before, after, lines) => expect(marked(before, after)).toBe(lines));

  it('of large texts is all of both', () => {
    expect(diffLines('a\n'.repeat(500), 'b')).toHaveLength(502);
  });
});
