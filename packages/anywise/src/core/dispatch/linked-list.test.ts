import { expect, it } from '@jest/globals';
import { LinkedList, type Linked } from './linked-list.js';

class Member implements Linked<Member> {
  before: Member | undefined;
  after: Member | undefined;

  constructor(readonly name: string) {}
}

function namesIn(list: LinkedList<Member>): string {
  return [...list].map(({ name }) => name).join('');
}

it.each([
  ['the first', 0, 'ba'],
  ['one in the middle', 1, 'ca'],
  ['the last', 2, 'cb'],
])('a list gives up %s of its members', (_what, index, left) => {
  const list = new LinkedList<Member>();
  const members = [new Member('c'), new Member('b'), new Member('a')];
  for (const member of [...members].reverse()) list.add(member);
  const [gone] = members.splice(index, 1);
  if (gone !== undefined) list.delete(gone);
  expect(namesIn(list)).toBe(left);
});

it('a list is empty before its first member and after its last', () => {
  const list = new LinkedList<Member>();
  const member = new Member('a');
  expect(list.isEmpty).toBe(true);
  list.add(member);
  expect(list.isEmpty).toBe(false);
  list.delete(member);
  expect(list.isEmpty).toBe(true);
});
