import { expect, it } from '@jest/globals';
import { seenBy } from './seen-by.js';

it('shows a user their own rows, whatever their name looks like', () => {
  expect(seenBy({ id: 'ada' })).toEqual({ sql: 'owner_id = ?', values: ['ada'] });
  expect(seenBy({ id: `' OR TRUE --` }).sql).toBe('owner_id = ?');
});

it('shows support all rows', () => {
  expect(seenBy({ id: 'sue', role: 'support' })).toEqual({ sql: 'TRUE', values: [] });
});
