import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { httpFrameworks } from '../test-support/http-frameworks.js';
import { servedDocuments, type Documents } from './documents.js';

describe.each(httpFrameworks)('documents on $name', ({ listenerOf }) => {
  const serving = async (documents: Documents) =>
    request(
      await listenerOf({ bus: { send: async () => undefined }, routes: [], documents, onError: () => undefined }),
    );

  it('are served as JSON, under their names', async () => {
    const agent = await serving({ openapi: { openapi: '3.1.1' }, asyncapi: { asyncapi: '3.1.0' } });
    const [open, async_] = [await agent.get('/openapi.json'), await agent.get('/asyncapi.json')];
    expect([open.status, open.body, async_.body]).toEqual([200, { openapi: '3.1.1' }, { asyncapi: '3.1.0' }]);
    expect(open.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(open.headers['cache-control']).toBe('private, no-cache');
  });

  it('that are not given are not served', async () => {
    expect((await (await serving({ openapi: {} })).get('/asyncapi.json')).status).toBe(404);
    expect((await (await serving({})).get('/openapi.json')).status).toBe(404);
  });

  it('are not sent again to a client that has them', async () => {
    const agent = await serving({ openapi: { openapi: '3.1.1' } });
    const { etag = '' } = (await agent.get('/openapi.json')).headers as { etag?: string };
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    for (const known of [etag, `W/${etag}`, `"older", ${etag}`, '*']) {
      const again = await agent.get('/openapi.json').set('if-none-match', known);
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag]);
    }
    expect((await agent.get('/openapi.json').set('if-none-match', '"other"')).status).toBe(200);
    const other = (await (await serving({ openapi: {} })).get('/openapi.json')).headers;
    expect(other.etag).not.toBe(etag);
  });

  it('are made once, when they are asked for first', async () => {
    let made = 0;
    const agent = await serving({ openapi: () => ({ made: ++made }) });
    expect(made).toBe(0);
    for (let time = 0; time < 3; time += 1) expect((await agent.get('/openapi.json')).body).toEqual({ made: 1 });
  });
});

it('must be documents', () => {
  expect(() => servedDocuments({ openapi: 5, asyncapi: [] } as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_SETUP' }),
  );
});
