import { expect, it } from '@jest/globals';
import { passes } from './fence.js';

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

it('a fenced statement that changed no row did not go through', async () => {
  expect(await passes(Promise.resolve())).toBe(true);
  expect(await passes(Promise.reject(failure('22012')))).toBe(false);
});

it.each(['57014', '40001', 'ECONNRESET'])('the error %s at a fence is no lost lease', async (code) => {
  await expect(passes(Promise.reject(failure(code)))).rejects.toThrow(code);
});
