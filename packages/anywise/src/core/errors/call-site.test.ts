import { relative } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { callSiteOf, type CallSite } from './call-site.js';

const here = relative(process.cwd(), new URL(import.meta.url).pathname);
const begin = (): CallSite => callSiteOf(begin);

describe('the place of a call', () => {
  const { stackTraceLimit } = Error;
  afterEach(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it('is the file and the line, seen from the working directory', () => {
    const site = begin();
    expect(site()).toBe(`${here}:15`);
    expect(site()).toBe(`${here}:15`);
  });

  it('is in the file that handed the function to built-in code', () => {
    const [site] = [0].map(begin);
    expect(site?.()).toBe(`${here}:21`);
  });

  it('is not known where no stacks are kept', () => {
    Error.stackTraceLimit = 0;
    expect(begin()()).toBeUndefined();
  });
});

describe('the text of a stack', () => {
  const placeIn = (stack: unknown): string | undefined => {
    const spy = jest.spyOn(Error, 'captureStackTrace').mockImplementation((trace) => {
      Object.assign(trace, { stack });
    });
    const site = callSiteOf(begin);
    spy.mockRestore();
    return site();
  };

  it.each([
    [`file://${process.cwd()}/src/a.ts:3:9`, 'src/a.ts:3'],
    [`file://${process.cwd()}/src/a.ts?version=2:3:9`, 'src/a.ts:3'],
    [`file://${process.cwd()}/some%20where/a.ts:3:9`, 'some where/a.ts:3'],
    [`Object.<anonymous> (${process.cwd()}/src (1)/a.ts:3:9)`, 'src (1)/a.ts:3'],
    [`new Orders (${process.cwd()}/src/a.ts:12:1)`, 'src/a.ts:12'],
    ['Array.map (<anonymous>)', undefined],
    ['eval (eval at run (/srv/a.js:1:2), <anonymous>:3:4)', undefined],
    ['node:internal/modules/esm/module_job:263:25', undefined],
    ['ModuleJob.run (node:internal/modules/esm/module_job:263:25)', undefined],
  ])('%s', (frame, expected) => {
    expect(placeIn(`Error\n    at ${frame}`)).toBe(expected);
  });

  it('may be something else, if another package makes it', () => {
    expect(placeIn(['a frame'])).toBeUndefined();
  });
});
