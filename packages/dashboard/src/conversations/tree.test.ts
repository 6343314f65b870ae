import { describe, expect, it } from '@jest/globals';
import { treeOf, type Branch, type Sighting } from './tree.js';

let seq = 0;
function seen(id: string, causationId: string | undefined, since: number, more: Partial<Sighting> = {}): Sighting {
  const row = {
    part: 'inbox',
    service: 'orders',
    listener: 'orders/listens',
    state: 'handled',
    seq: ++seq,
    id,
    source: '/orders',
    type: `t.${id}`,
    key: undefined,
    correlationId: 'c',
    causationId,
    attempts: 1,
    error: undefined,
    since,
    at: since,
  };
  return { ...row, ...more } as Sighting;
}

const drawn = (branches: readonly Branch[]): string =>
  branches.map(({ id, children }) => (children.length === 0 ? id : `${id}(${drawn(children)})`)).join(' ');

describe('a conversation', () => {
  it('is a tree of what came of what, in the order of time', () => {
    const rows = [
      seen('d', 'b', 9),
      seen('c', 'a', 5),
      seen('b', 'a', 3),
      seen('a', 'request', 1),
      seen('a', 'request', 2),
    ];
    const tree = treeOf(rows);
    expect(drawn(tree)).toBe('a(b(d) c)');
    expect(tree[0]).toMatchObject({ unseenCause: 'request', since: 1 });
    expect(tree[0]?.sightings.length).toBe(2);
  });

  it('has several roots if what they came of is not kept', () => {
    expect(drawn(treeOf([seen('b', 'x', 2), seen('a', 'x', 1), seen('c', undefined, 3)]))).toBe('a b c');
  });

  it('shows each message once, even if what is stored goes in a circle', () => {
    const rows = [seen('a', 'b', 1), seen('b', 'a', 2), seen('s', 's', 3), seen('r', undefined, 4), seen('x', 'z', 5)];
    const tree = drawn(treeOf(rows));
    expect(tree.match(/[abrsx]/g)?.sort()).toEqual(['a', 'b', 'r', 's', 'x']);
  });

  it('that goes on and on is listed from the fiftieth message on, in order', () => {
    const rows = Array.from({ length: 5_000 }, (_, n) => seen(`m${n}`, n === 0 ? undefined : `m${n - 1}`, n));
    let branches = treeOf(rows);
    let levels = 1;
    for (; branches.length === 1; branches = branches[0]?.children ?? []) levels++;
    expect([levels, branches.map(({ id }) => id)]).toEqual([50, rows.slice(49).map(({ id }) => id)]);
  });

  it('of nothing is no tree', () => expect(treeOf([])).toEqual([]));
});
