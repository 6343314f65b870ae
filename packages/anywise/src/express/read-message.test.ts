import { describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { z } from 'zod';
import { InvalidMessageError } from '../core/errors/errors.js';
import { command, query } from '../core/message/declare.js';
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
  it('is told field by field', async () => {
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

  it.each([
    ['a/b', '#/extras/a~1b'],
    ['a~b', '#/extras/a~0b'],
    ['a b%', '#/extras/a%20b%25'],
    ['\ud800', '#/extras/%EF%BF%BD'],
    ['', '#/extras/'],
  ])('is pointed at where its name is %j', async (name, pointer) => {
    const answer = await book({ city: 'Oslo', guests: [], extras: { [name]: 'x' } });
    expect(answer.body).toMatchObject({ errors: [{ pointer }] });
  });

  it('is pointed at as a whole', async () => {
    class Range extends command('travel.range', {
      data: z.object({ from: z.number(), to: z.number() }).refine(({ from, to }) => from < to, 'must grow'),
    }) {}
    const answer = await request(world(route('post', '/', Range)))
      .post('/')
      .send({ from: 2, to: 1 });
    expect(answer.body).toMatchObject({ errors: [{ field: '', pointer: '#', detail: 'must grow' }] });
  });

  it('is told in at most 50 errors', async () => {
    const answer = await book({ city: 'Oslo', guests: Array.from({ length: 1_000 }, () => 0) });
    expect((answer.body as { errors: unknown[] }).errors).toHaveLength(50);
  });

  it('may be found by the handler of the message', async () => {
    const unknown = new InvalidMessageError(Book.type, [{ path: ['city'], message: 'is on no map' }]);
    const app = world(route('post', '/', Book), () => Promise.reject(unknown));
    const answer = await request(app).post('/').send({ city: 'Atlantis', guests: [] });
    expect([answer.status, answer.body]).toMatchObject([
      400,
      {
        code: 'INVALID_MESSAGE',
        detail: 'The data does not fit `travel.book`.',
        errors: [{ field: 'city', pointer: '#/city', detail: 'is on no map' }],
      },
    ]);
  });

  it('of another message is the fault of the server', async () => {
    const app = world(route('post', '/', Import), () => Book.parse({}));
    const answer = await request(app).post('/').send({});
    expect([answer.status, answer.body]).toEqual([
      500,
      { type: 'about:blank', title: 'Internal Server Error', status: 500 },
    ]);
  });
});

it.each(['[]', '[{"city":"Oslo"}]', '"Oslo"', '7', 'true', 'null'])('the body %s is not an object', async (body) => {
  const answer = await request(world(route('post', '/', Import)))
    .post('/')
    .type('json')
    .send(body);
  expect([answer.status, answer.body]).toMatchObject([400, { detail: 'The body must be a JSON object.' }]);
});

describe('text that no database takes as it is', () => {
  const nul = 'must not contain NUL characters';
  const halfCharacter = 'must be well-formed Unicode';
  it.each<[where: string, body: object, error: object]>([
    ['in a field', { city: 'Os\0lo' }, { field: 'city', pointer: '#/city', detail: nul }],
    ['deep inside', { guests: [{ name: 'Ada' }, { name: '\0' }] }, { field: 'guests.1.name', detail: nul }],
    ['in the name of a field', { extras: { 'a\0b': 1 } }, { pointer: '#/extras/a%00b', detail: nul }],
    ['in a field that is not declared', { more: '\0' }, { field: 'more', detail: nul }],
    ['half a character', { city: 'Os\ud800lo' }, { field: 'city', detail: halfCharacter }],
    ['half a character in a name', { extras: { '\udc00': 1 } }, { detail: halfCharacter }],
  ])('is refused: %s', async (_where, body, error) => {
    const sent: Command[] = [];
    const answer = await request(world(route('post', '/', Import), (command) => sent.push(command)))
      .post('/')
      .send(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'INVALID_MESSAGE', errors: [error] });
    expect(sent).toEqual([]);
  });

  it.each([
    ['the path', '/Os%00lo', 'city'],
    ['the query', '/Oslo?extra=%00', 'extra'],
    ['a list in the query', '/Oslo?extra=a&extra=%00', 'extra.1'],
    ['the name of a query field', '/Oslo?a%00=1', 'a\0'],
  ])('is refused in %s', async (_where, path, field) => {
    class Find extends query('travel.find', { data: type<{ readonly city: string }>() }) {}
    const answer = await request(world(route('get', '/:city', Find))).get(path);
    expect([answer.status, answer.body]).toMatchObject([400, { errors: [{ field, detail: nul }] }]);
  });

  it('does not keep out whole characters of any kind', async () => {
    const answer = await request(world(route('post', '/', Import)))
      .post('/')
      .send({ text: 'Å 東京 🚀\u0001\ufffd', nested: [[{ a: null, b: true, c: 1 }]] });
    expect(answer.status).toBe(204);
  });
});

describe('a field with the name of a member of the message', () => {
  class Loose extends command('travel.loose', { data: z.looseObject({ city: z.string() }) }) {
    get isFar(): boolean {
      return this.city !== 'Oslo';
    }

    describe(): string {
      return `to ${this.city}`;
    }
  }
  const names = [
    'type',
    'constructor',
    'toString',
    'valueOf',
    'hasOwnProperty',
    '__defineGetter__',
    'isFar',
    'describe',
  ];

  it.each(names)('is refused: `%s`', async (name) => {
    const answer = await request(world(route('post', '/', Loose)))
      .post('/')
      .send({ city: 'Oslo', [name]: 'x' });
    expect([answer.status, answer.body]).toMatchObject([400, { errors: [{ field: name, pointer: `#/${name}` }] }]);
  });

  it.each(['then', 'toJSON', 'prototype', 'length', 'name', '~reply', 'kind', 'parse', 'eventId'])(
    'does not get in the way: `%s`',
    async (name) => {
      const sent: Command[] = [];
      const answer = await request(world(route('post', '/', Loose), (command) => sent.push(command)))
        .post('/')
        .send({ city: 'Oslo', [name]: 'x' });
      expect(answer.status).toBe(200);
      expect(sent).toMatchObject([{ city: 'Oslo', [name]: 'x' }]);
    },
  );

  it('is refused in a query too', async () => {
    class Find extends query('travel.find', { data: z.looseObject({}) }) {}
    const answer = await request(world(route('get', '/', Find))).get('/?constructor=x&type=y');
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { errors: [{ field: 'constructor' }, { field: 'type' }] },
    ]);
  });
});

describe('`__proto__` in a request', () => {
  const sentBy = async (definition: Route, ask: (app: express.Express) => Promise<unknown>) => {
    const sent: Command[] = [];
    await ask(world(definition, (command) => sent.push(command)));
    return sent[0];
  };

  it.each([
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

  it('changes no prototype when it is in the query', async () => {
    const definition = route('get', '/', Import);
    const sent = await sentBy(definition, async (app) => request(app).get('/?__proto__=x&city=Oslo'));
    expect(sent).toEqual(new Import({ city: 'Oslo' }));
  });
});
