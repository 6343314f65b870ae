import { describe, expect, it } from '@jest/globals';
import { anchorOf, siteLink } from './links.js';

const pages = new Map([
  ['docs/README.md', 'index.md'],
  ['docs/errors.md', 'errors.md'],
  ['docs/how-to/nats.md', 'how-to/nats.md'],
  ['packages/anywise/README.md', 'packages/anywise.md'],
]);
const links = { pages, repository: 'https://github.com/acme/bus', exists: (file: string) => file !== 'docs/gone.md' };

describe('a link on the site', () => {
  it.each([
    ['docs/how-to/nats.md', '../errors.md#codes', '/errors.md#codes'],
    ['docs/errors.md', 'how-to/nats.md', '/how-to/nats.md'],
    ['docs/errors.md', 'README.md', '/index.md'],
    ['docs/errors.md', '../packages/anywise', '/packages/anywise.md'],
    ['packages/anywise/README.md', '../../docs/errors.md', '/errors.md'],
    ['docs/errors.md', '../e2e/src/chaos/', 'https://github.com/acme/bus/blob/main/e2e/src/chaos'],
    ['docs/errors.md', '../LICENSE#part', 'https://github.com/acme/bus/blob/main/LICENSE#part'],
    ['docs/errors.md', '#codes', '#codes'],
    ['docs/errors.md', 'https://example.com/a.md', 'https://example.com/a.md'],
  ])('of %s to %s leads to %s', (from, href, target) => {
    expect(siteLink(links, from, href)).toBe(target);
  });

  it('to what is not on the site leads nowhere if no repository is known', () => {
    expect(siteLink({ ...links, repository: undefined }, 'docs/errors.md', '../LICENSE')).toBeUndefined();
  });
});

it('a link to nothing ends the build', () => {
  expect(() => siteLink(links, 'docs/errors.md', 'gone.md')).toThrowErrorMatchingInlineSnapshot(
    `"\`docs/errors.md\` links to \`gone.md\`, which does not exist."`,
  );
});

it.each([
  ['What works, and what does not', 'what-works-and-what-does-not'],
  ['`send` and `publish`', 'send-and-publish'],
])('the anchor of "%s" is the one of GitHub', (heading, anchor) => {
  expect(anchorOf(heading)).toBe(anchor);
});
