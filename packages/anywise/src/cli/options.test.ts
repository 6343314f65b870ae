import { describe, expect, it } from '@jest/globals';
import { storeOptions, type OptionName } from './option-table.js';
import { readOptions } from './options.js';

const allowed: readonly OptionName[] = [
  'id',
  'older-than',
  'limit',
  'after',
  'data',
  'data-file',
  'all',
  ...storeOptions,
];

describe('options', () => {
  it('are read in both ways of writing them', () => {
    const args = ['--id', 'm-1', '--older-than=10m', '--limit', '5', '--after=0', '--json'];
    expect(readOptions(args, allowed)).toMatchObject({
      id: 'm-1',
      olderThanMs: 600_000,
      limit: 5,
      after: 0,
      json: true,
    });
  });

  it('have defaults', () => {
    expect(readOptions([], allowed)).toMatchObject({
      id: undefined,
      after: undefined,
      limit: 50,
      all: false,
      json: false,
    });
  });

  it('may have the value `-`, and others that begin with it after `=`', () => {
    expect(readOptions(['--data-file', '-', '--data=-5'], allowed)).toMatchObject({ dataFile: '-', data: '-5' });
  });

  it.each([
    { args: ['--idd', 'x'], problem: '`--idd` is not an option here. Did you mean `--id`?' },
    { args: ['-j'], problem: '`-j` is not an option here.' },
    { args: ['--type', 'x'], problem: '`--type` is not an option here.' },
    { args: ['m-1'], problem: '`m-1` has no option. Every value follows its option, as in `--id m-1`.' },
    { args: ['--', 'm-1'], problem: '`m-1` has no option. Every value follows its option, as in `--id m-1`.' },
    { args: ['--id'], problem: '`--id` needs a value.' },
    { args: ['--id', ''], problem: '`--id` needs a value.' },
    { args: ['--id='], problem: '`--id` needs a value.' },
    { args: ['--id', ' '], problem: '`--id` needs a value.' },
    {
      args: ['--id', '--json'],
      problem: '`--id` needs a value. Write one that begins with `-` as `--id=--json`.',
    },
    { args: ['--json=yes'], problem: '`--json` takes no value.' },
    { args: ['--id', 'a', '--id', 'b'], problem: '`--id` is given twice.' },
    { args: ['--older-than', '10'], problem: '`--older-than` is `10`. Write it as `90s`, `10m`, `2h` or `7d`.' },
    { args: ['--limit', '0'], problem: '`--limit` is `0`. It must be a whole number, 1 or more.' },
    { args: ['--limit', '1e3'], problem: '`--limit` is `1e3`. It must be a whole number, 1 or more.' },
    { args: ['--after=-1'], problem: '`--after` is `-1`. It must be a whole number, 0 or more.' },
  ])('$args are refused', ({ args, problem }) => {
    expect(() => readOptions(args, allowed)).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(problem) }),
    );
  });

  it('that are wrong are told all at once', () => {
    expect(() => readOptions(['--limit', 'x', '--colour', '--older-than', 'y'], allowed))
      .toThrowErrorMatchingInlineSnapshot(`
      "\`--colour\` is not an option here.
      \`--older-than\` is \`y\`. Write it as \`90s\`, \`10m\`, \`2h\` or \`7d\`.
      \`--limit\` is \`x\`. It must be a whole number, 1 or more."
    `);
  });
});
