import { describe, expect, it } from '@jest/globals';
import { table } from './table.js';

describe('a table', () => {
  it('aligns its columns', () => {
    const rows = [
      ['a', 'long one', 'x'],
      ['bbbbb', 'b', 'y'],
    ];
    expect(table(['NAME', 'WHAT', 'WHY'], rows)).toBe(
      ['NAME   WHAT      WHY', 'a      long one  x', 'bbbbb  b         y'].join('\n'),
    );
  });

  it('keeps a row on one line', () => {
    expect(table(['A', 'B'], [['x\ny', ' first\n  second ']])).toBe('A    B\nx y  first second');
  });

  it('cuts the last column where the line would be too long', () => {
    const [, row = ''] = table(['A', 'ERROR'], [['x', 'e'.repeat(100)]], 40).split('\n');
    expect(row).toHaveLength(40);
    expect(row.endsWith('e…')).toBe(true);
  });

  it('leaves something of the last column however narrow the terminal is', () => {
    const [, row = ''] = table(['A', 'ERROR'], [['x', 'e'.repeat(100)]], 5).split('\n');
    expect(row).toHaveLength(3 + 20);
  });
});
