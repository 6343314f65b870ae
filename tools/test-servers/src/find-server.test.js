import { describe, expect, it } from '@jest/globals';
import { findServer } from './find-server.js';

const usual = 'postgres://postgres@127.0.0.1:5432/test';
const own = 'postgres://ada:secret@db/shop';

/**
 * What is found where these URLs answer.
 * @param {Record<string, string>} env
 * @param {string[]} answering
 */
async function find(env, ...answering) {
  /** @type {string[]} */
  const asked = [];
  const ask = async (/** @type {string} */ url) => {
    asked.push(url);
    if (!answering.includes(url)) throw new Error('refused');
  };
  const server = { name: 'PostgreSQL', variable: 'ANYWISE_TEST_POSTGRES', usual, ask };
  const found = await findServer(server, env).catch((/** @type {Error} */ { message }) => ({ error: message }));
  return { ...found, asked };
}

describe('a server that is named', () => {
  it.each([{}, { CI: 'true' }, { ANYWISE_TEST_SERVERS: '1' }, { ANYWISE_TEST_SERVERS: 'required' }])(
    'is used with %j',
    async (env) => {
      expect(await find({ ...env, ANYWISE_TEST_POSTGRES: own }, own)).toEqual({ url: own, asked: [own] });
    },
  );

  it('is an error where it cannot be used, told without its password', async () => {
    expect(await find({ ANYWISE_TEST_POSTGRES: own }, usual)).toEqual({
      error:
        'ANYWISE_TEST_POSTGRES: postgres://ada:***@db/shop cannot be used (refused). Correct it, or unset it to leave out the tests on PostgreSQL.',
      asked: [own],
    });
  });
});

describe('a server that is not named', () => {
  it.each([
    {},
    { ANYWISE_TEST_POSTGRES: '' },
    { CI: '' },
    { CI: 'false' },
    { ANYWISE_TEST_SERVERS: '' },
    { ANYWISE_TEST_SERVERS: '0', CI: 'true' },
  ])('is not even asked with %j', async (env) => {
    expect(await find(env, usual)).toEqual({
      leftOut:
        'Left out: the tests on PostgreSQL, because they write to a server. To include them, set ANYWISE_TEST_POSTGRES to the URL of one that they may use, or ANYWISE_TEST_SERVERS=1 for postgres://postgres@127.0.0.1:5432/test.',
      asked: [],
    });
  });

  it.each([{ CI: 'true' }, { ANYWISE_TEST_SERVERS: '1' }, { ANYWISE_TEST_SERVERS: 'required' }])(
    'is used with %j',
    async (env) => {
      expect(await find(env, usual)).toEqual({ url: usual, asked: [usual] });
    },
  );

  it('is left out where it cannot be used', async () => {
    expect(await find({ CI: '1' })).toMatchObject({
      leftOut:
        'Left out: the tests on PostgreSQL, because postgres://postgres@127.0.0.1:5432/test cannot be used (refused). Start it, or set ANYWISE_TEST_POSTGRES to the URL of another server that tests may use.',
    });
  });

  it('is an error where it is required and cannot be used', async () => {
    expect(await find({ ANYWISE_TEST_SERVERS: 'required' })).toMatchObject({
      error:
        'ANYWISE_TEST_SERVERS is `required`, but postgres://postgres@127.0.0.1:5432/test cannot be used (refused). Start it, or set ANYWISE_TEST_POSTGRES to the URL of another server that tests may use.',
    });
  });
});
