import { describe, expect, it } from '@jest/globals';
import { withGenerated } from './generated.js';
import { readPage } from './pages.js';
import { promises, promiseTables } from './promises.js';

describe('promises.md', () => {
  it('promises what the contract suites check; if not, run `pnpm docs:promises`', async () => {
    const page = readPage('docs/promises.md');
    expect(page.text).toBe((await withGenerated(page, promises())).text);
  });
});

describe('the tables of a suite', () => {
  const suite = [
    { id: 'kept', behaviour: 'keeps it', theme: 'Keeping' },
    { id: 'shown', behaviour: 'shows it to others', theme: 'Sharing', needs: ['kept', 'shared'] },
  ];
  const adapters = [
    { title: 'one', capabilities: { kept: true, shared: true } },
    { title: 'two', capabilities: { kept: true, shared: false } },
    { title: 'three', capabilities: { shared: true }, lacks: { kept: 'It forgets.' } },
    { title: 'four', capabilities: { shared: true } },
  ];

  it('have one for each theme, and say why an adapter does not make a promise', () => {
    expect(promiseTables(suite, adapters, { shared: 'no: it is alone' })).toBe(`### Keeping

| id | behaviour | one | two | three | four |
| --- | --- | --- | --- | --- | --- |
| \`kept\` | keeps it | yes | yes | yes | yes |

### Sharing

| id | behaviour | one | two | three | four |
| --- | --- | --- | --- | --- | --- |
| \`shown\` | shows it to others | yes | no: it is alone | no. It forgets. | no: it has no \`kept\` |`);
  });
});

describe('a page with generated parts', () => {
  const page = (text: string) => ({ path: 'page.md', text });

  it('keeps what is around them, and is formatted', async () => {
    const old = page('# Title\n\n<!-- generated: a -->\n\nold\n\n<!-- /generated -->\n\nEnd.\n');
    const { text } = await withGenerated(old, new Map([['a', '| b |\n| - |\n| long |']]));
    expect(text).toBe(
      '# Title\n\n<!-- generated: a -->\n\n| b    |\n| ---- |\n| long |\n\n<!-- /generated -->\n\nEnd.\n',
    );
  });

  it('has a place for each', async () => {
    await expect(withGenerated(page('# Title'), new Map([['a', 'b']]))).rejects.toThrow(
      'page.md has no place for what is generated: `<!-- generated: a -->`, followed by `<!-- /generated -->`.',
    );
  });

  it('has no place without a generator', async () => {
    const places = page('<!-- generated: a -->\n<!-- /generated -->');
    await expect(withGenerated(places, new Map())).rejects.toThrow(
      'page.md has a place for `a`, which nothing generates.',
    );
  });
});
