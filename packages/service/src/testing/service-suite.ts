import { describe, expect, it } from '@jest/globals';
import type { Method, Route } from 'anywise/express';
import type { Agent, Response } from 'supertest';
import type { ServiceDefinition } from '../definition.js';
import { startTestService, type TestService } from './test-service.js';

/** Options of {@link describeService}, besides the service's definition. */
export interface ServiceExample {
  /** A request that creates something. */
  readonly create: { readonly path: string; readonly body: object };
  /** The path of the list in which it then appears. @defaultValue none: does not check that nothing was created */
  readonly list?: string;
}

/** A behaviour that every service has. */
export interface ServiceCase {
  readonly id: string;
  readonly behaviour: string;
  readonly run: (
    service: TestService,
    example: ServiceExample & { readonly routes: readonly Route[] },
  ) => Promise<void>;
}

/** Describes what every service does, and checks it for one. */
export function describeService(definition: ServiceDefinition, example: ServiceExample): void {
  const { routes } = definition;
  describe('like every service, it', () => {
    it.each(serviceCases.map(({ behaviour, run }) => [behaviour, run] as const))('%s', async (_behaviour, run) => {
      await using service = await startTestService(definition);
      await run(service, { ...example, routes });
    });
  });
}

const unsigned = `${encode({ alg: 'none' })}.${encode({ sub: 'ada', exp: 4_000_000_000 })}.`;

/** What every service does. */
export const serviceCases: readonly ServiceCase[] = [
  ...refusals([
    ['forged', 'invalid_token', async (service) => `Bearer ${await service.token({ secret: 'another' })}`],
    ['expired', 'invalid_token', async (service) => `Bearer ${await service.token({ expiresInSeconds: -60 })}`],
    ['unsigned', 'invalid_token', async () => `Bearer ${unsigned}`],
    ['of-another-scheme', 'Bearer', async () => 'Basic YWRhOmFkYQ=='],
  ]),
  {
    id: 'asks-for-a-token',
    behaviour: 'requires a token on every path, known or not',
    run: async ({ anonymous }, { routes }) => {
      for (const [method, path] of [...routes.map(requestOf), ...documentPaths, ['get', '/nowhere'] as const]) {
        const response = await anonymous[method](path);
        expect([method, path, response.status]).toEqual([method, path, 401]);
        expect(response.headers['www-authenticate']).toBe('Bearer realm="anywise"');
      }
    },
  },
  {
    id: 'has-nothing-elsewhere',
    behaviour: 'answers 404 for unknown paths and methods',
    run: async ({ request }, { create }) => {
      for (const [method, path] of [
        ['get', '/nowhere'],
        ['put', create.path],
        ['delete', '/'],
      ] as const) {
        expectProblem(await request[method](path), 404);
      }
    },
  },
  {
    id: 'tells-its-health',
    behaviour: 'reports health and its process without a token',
    run: async ({ anonymous, service }) => {
      const about = { service: service.config.slice, pid: process.pid };
      const live = await anonymous.get('/health/live');
      expect([live.status, live.body]).toEqual([200, { status: 'live', ...about }]);
      for (const path of ['/health', '/health/ready']) {
        const ready = await anonymous.get(path);
        expect([ready.status, ready.body]).toEqual([200, { status: 'ready', ...about }]);
      }
    },
  },
  {
    id: 'documents-itself',
    behaviour: 'serves the documents of its routes and of its messages, with every route in them',
    run: async ({ request, service }, { routes }) => {
      const [open, messages] = [await request.get('/openapi.json'), await request.get('/asyncapi.json')];
      expect([open.status, messages.status]).toEqual([200, 200]);
      expect(open.body).toMatchObject({ openapi: '3.1.1', info: { title: service.config.slice } });
      const { paths } = open.body as { readonly paths: Readonly<Record<string, object>> };
      const documented = Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method} ${path}`),
      );
      const expected = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
      expect(documented.sort()).toEqual(expected.sort());
      expect(messages.body).toMatchObject({ asyncapi: '3.1.0', info: { title: service.config.slice } });
      const again = await request.get('/openapi.json').set('if-none-match', String(open.headers.etag));
      expect(again.status).toBe(304);
    },
  },
  {
    id: 'retires',
    behaviour: 'still serves requests while it reports that it is no longer ready',
    run: async ({ anonymous, request, service }, { create }) => {
      service.retire();
      const ready = await anonymous.get('/health/ready');
      expect([ready.status, ready.body]).toMatchObject([503, { reasons: ['the service is stopping'] }]);
      const created = await request.post(create.path).send(create.body);
      expect(created.status).toBe(201);
      // So that the client connects to another process next time.
      expect(created.headers.connection).toBe('close');
      expect((await anonymous.get('/health/live')).status).toBe(200);
    },
  },
  {
    id: 'has-stopped',
    behaviour: 'is live but not ready once its bus has stopped, and creates nothing',
    run: async ({ anonymous, request, service }, { create }) => {
      await service.stop();
      expect((await anonymous.get('/health/live')).status).toBe(200);
      const ready = await anonymous.get('/health/ready');
      expect([ready.status, ready.body]).toMatchObject([503, { reasons: ['the bus is stopped'] }]);
      expectProblem(await request.post(create.path).send(create.body), 503);
    },
  },
  {
    id: 'names-requests',
    behaviour: 'repeats the id of a request in its answer, or creates one',
    run: async ({ request }, { create }) => {
      const send = async (id?: string) => {
        const sent = request.post(create.path);
        if (id !== undefined) sent.set('x-request-id', id);
        return (await sent.send(create.body)).headers['x-request-id'];
      };
      expect(await send('r-1')).toBe('r-1');
      expect(await send()).toMatch(/^[\da-f-]{36}$/);
    },
  },
  {
    id: 'says-nothing-of-its-inside',
    behaviour: 'does not reveal its software',
    run: async ({ request }, { create }) => {
      for (const response of [await request.post(create.path).send(create.body), await request.get('/nowhere')]) {
        expect(response.headers).not.toHaveProperty('x-powered-by');
        expect(response.text).not.toMatch(/node_modules|\.ts:|\bat \w+ \(/);
      }
    },
  },
  ...oddBodies([
    ['is a list', 400, 'application/json', '[]'],
    ['is null', 400, 'application/json', 'null'],
    ['is a text', 400, 'application/json', '"x"'],
    ['is truncated', 400, 'application/json', '{"a":'],
    ['is nested without end', 400, 'application/json', '['.repeat(50_000)],
    ['is not JSON by its type', 415, 'text/plain', '{}'],
    ['is too large', 413, 'application/json', JSON.stringify({ a: 'x'.repeat(200_000) })],
  ]),
];

const documentPaths = [['get', '/openapi.json'] as const, ['get', '/asyncapi.json'] as const];

type Refusal = readonly [kind: string, challenge: string, header: (service: TestService) => Promise<string>];

function refusals(kinds: readonly Refusal[]): readonly ServiceCase[] {
  return kinds.map(([kind, challenge, header]) => ({
    id: `refuses-a-token-${kind}`,
    behaviour: `refuses a token that is ${kind.replaceAll('-', ' ')}, and creates nothing`,
    run: async (service, { create, list }) => {
      const response = await service.anonymous
        .post(create.path)
        .set('authorization', await header(service))
        .send(create.body);
      expectProblem(response, 401);
      expect(response.headers['www-authenticate']).toMatch(challenge);
      await expectNothing(service.request, list);
    },
  }));
}

type OddBody = readonly [kind: string, status: number, contentType: string, body: string];

function oddBodies(kinds: readonly OddBody[]): readonly ServiceCase[] {
  return kinds.map(([kind, status, contentType, body]) => ({
    id: `refuses-a-body-that-${kind.replaceAll(' ', '-')}`,
    behaviour: `answers ${status} to a body that ${kind}, and creates nothing`,
    run: async (service, { create, list }) => {
      const response = await service.request.post(create.path).set('content-type', contentType).send(body);
      expectProblem(response, status);
      await expectNothing(service.request, list);
      expect((await service.anonymous.get('/health/ready')).status).toBe(200);
    },
  }));
}

function expectProblem(response: Response, status: number): void {
  expect(response.status).toBe(status);
  expect(response.headers['content-type']).toMatch('application/problem+json');
  expect(response.body).toMatchObject({ status, title: expect.any(String) });
}

async function expectNothing(request: Agent, list: string | undefined): Promise<void> {
  if (list === undefined) return;
  expect((await request.get(list)).body).toMatchObject({ items: [] });
}

/** A request that the route answers. */
function requestOf({ method, path }: Route): readonly [Method, string] {
  return [method, path.replaceAll(/:\w+/g, '1')];
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
