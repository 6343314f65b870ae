import { expect, it } from '@jest/globals';
import { withFullLinks } from './readme.js';

const place = { repository: 'https://github.com/acme/bus', tag: 'web@1.0.0', directory: 'packages/web' };

it.each([
  ['[a](../../docs/a.md)', '[a](https://github.com/acme/bus/blob/web@1.0.0/docs/a.md)'],
  ['[a](src/a.ts)', '[a](https://github.com/acme/bus/blob/web@1.0.0/packages/web/src/a.ts)'],
  [
    '[a](../b/README.md#part) and [b](c.md)',
    '[a](https://github.com/acme/bus/blob/web@1.0.0/packages/b/README.md#part) and [b](https://github.com/acme/bus/blob/web@1.0.0/packages/web/c.md)',
  ],
])('makes full links of those to files: %s', (text, full) => {
  expect(withFullLinks(text, place)).toBe(full);
});

it.each(['[a](https://example.com/a)', '[a](#part)', '[a](mailto:a@example.com)', 'f(a)[0](b)'.slice(0, 4)])(
  'leaves %s',
  (text) => {
    expect(withFullLinks(text, place)).toBe(text);
  },
);
