import { describe, expect, test } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { z } from 'zod';
import { command } from '../core/message/declare.js';
import type { Command } from '../core/message/message.js';
import { type } from '../core/message/schema.js';
import { problems } from './problems.js';
import { route, type Route } from './route.js';
import { routes } from './routes.js';

class Book extends command('travel.book', {
  data: z.object({
    city: z.string(),
    guests: z.array(z.object({ name: z.string() })),
    extras: z.record(z.string(), z.number()).optional(),
  }),
}) {}
class Import extends command('travel.import', { data: type<object>() }) {}

function world(definition: Route, send: (command: Command) => unknown = () => undefined) {
  const app = express();
  app.use(routes({ send: async (command) => send(command) }, [definition]), problems({ onError: () => undefined }));
  return app;
}

const book = (body: object) =>
  request(world(route('post', '/', Book)))
    .post('/')
    .send(body);

describe('data that does not fit', () => {
  test('is told field by field', async () => {
    const answer = await book({ guests: [{ name: 'Ada' }, { name: 7 }] });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'The data does not fit `travel.book`.',
      code: 'INVALID_MESSAGE',
      errors: [
        { field: 'city', pointer: '#/city', detail: 'Invalid input: expected string, received undefined' },
        {
          field: 'guests.1.name',
          pointer: '#/guests/1/name',
          detail: 'Invalid input: expected string, received number',
        },
      ],
    });
  });

  test.each([
    ['a/b', '#/extras/a~1b'],
    ['a~b', '#/extras/a~0b'],
    ['a b%', '#/extras/a%20b%25'],
    ['\ud800', '#/extras/%EF%BF%BD'],
    ['', '#/extras/'],
  ])('is pointed at where its name is %j', async (name, pointer) => {
    const answer = await book({ city: 'Oslo', guests: [], extras: { [name]: 'x' } });
    expect(answer.body).toMatchObject({ errors: [{ pointer }] });
  });

  test('is pointed at as a whole', async () => {
    class Range extends command('travel.range', {
      data: z.object({ from: z.number(), to: z.number() }).refine(({ from, to }) => from < to, 'must grow'),
    }) {}
    const answer = await request(world(route('post', '/', Range)))
      .post('/')
      .send({ from: 2, to: 1 });
    expect(answer.body).toMatchObject({ errors: [{ field: '', pointer: '#', detail: 'must grow' }] });
  });

  test('is told in at most 50 errors', async () => {
    const answer = await book({ city: 'Oslo', guests: Array.from({ length: 1_000 }, () => 0) });
    expect((answer.body as { errors: unknown[] }).errors).toHaveLength(50);
  });

  test('of another message is the fault of the server', async () => {
    const app = world(route('post', '/', Import), () => Book.parse({}));
    const answer = await request(app).post('/').send({});
    expect([answer.status, answer.body]).toEqual([
      500,
      { type: 'about:blank', title: 'Internal Server Error', status: 500 },
    ]);
  });
});

test.each(['[]', '[{"city":"Oslo"}]', '"Oslo"', '7', 'true', 'null'])('the body %s is not an object', async (body) => {
  const answer = await request(world(route('post', '/', Import)))
    .post('/')
    .type('json')
    .send(body);
  expect([answer.status, answer.body]).toMatchObject([400, { detail: 'The body must be a JSON object.' }]);
});

describe('`__proto__` in a request', () => {
  const sentBy = async (definition: Route, ask: (app: express.Express) => Promise<unknown>) => {
    const sent: Command[] = [];
    await ask(world(definition, (command) => sent.push(command)));
    return sent[0];
  };

  test.each([
    ['the body', route('post', '/', Import)],
    ['what `input` returns', route('post', '/', Import, { input: ({ body }) => body as object })],
  ])('changes no prototype when it is in %s', async (_where, definition) => {
    const body = '{"__proto__":{"admin":true},"city":"Oslo"}';
    const sent = await sentBy(definition, async (app) => request(app).post('/').type('json').send(body));
    expect(sent).toBeInstanceOf(Import);
    expect(sent).toEqual(new Import({ city: 'Oslo' }));
    expect(sent).not.toHaveProperty('admin');
    expect({}).not.toHaveProperty('admin');
  });

  test('changes no prototype when it is in the query', async () => {
    const definition = route('get', '/', Import);
    const sent = await sentBy(definition, async (app) => request(app).get('/?__proto__=x&city=Oslo'));
    expect(sent).toEqual(new Import({ city: 'Oslo' }));
  });
});
