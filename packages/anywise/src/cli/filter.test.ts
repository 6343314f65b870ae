import { describe, expect, it } from '@jest/globals';
import { explicitFilterOf, filterOptions } from './filter.js';
import { readOptions } from './options.js';

const filterFrom = (...args: string[]) => explicitFilterOf(readOptions(args, [...filterOptions, 'all']));

describe('the filter for irreversible actions', () => {
  it('holds everything that is given', () => {
    expect(filterFrom('--type', 'orders.order-placed', '--error', 'timeout', '--older-than', '1m')).toEqual({
      id: undefined,
      listener: undefined,
      source: undefined,
      type: 'orders.order-placed',
      error: 'timeout',
      olderThanMs: 60_000,
    });
  });

  it('is everything only where that is said', () => {
    expect(Object.values(filterFrom('--all')).filter((part) => part !== undefined)).toEqual([]);
    expect(() => filterFrom()).toThrowErrorMatchingInlineSnapshot(
      `"Select dead letters with \`--id\`, \`--listener\`, \`--source\`, \`--type\`, \`--error\`, \`--older-than\`, or use \`--all\`."`,
    );
  });

  it('is not both', () => {
    expect(() => filterFrom('--all', '--id', 'm-1')).toThrowErrorMatchingInlineSnapshot(
      `"\`--all\` selects every one. Leave it out, or leave out \`--id\`, \`--listener\`, \`--source\`, \`--type\`, \`--error\`, \`--older-than\`."`,
    );
  });
});
