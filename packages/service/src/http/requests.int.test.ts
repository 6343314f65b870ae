import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from '@jest/globals';
import { Anywise, command, contract, event, MessageRegistry, on } from 'anywise';
import { route } from 'anywise/express';
import { eventually } from 'anywise/testing';
import { z } from 'zod';
import type { ServiceDefinition } from '../definition.js';
import { Log } from '../log/service-log.js';
import { recordLog, startTestService, type LogLine } from '../testing/index.js';

class Ring extends command('bells.ring', { data: z.object({ times: z.number() }) }) {}
class Inner extends command('bells.inner') {}
class Rung extends event('bells.rung', { data: z.object({ times: z.number() }), entityId: () => 'bell' }) {}

const ring = on(Ring)
  .inject({ log: Log, anywise: Anywise })
  .handle(async ({ times }, context, { log, anywise }) => {
    if (times < 0) throw new Error('a bell cannot be unrung');
    log.of(context).info({ times }, 'Ringing');
    await anywise.send(new Inner());
    await anywise.publish(new Rung({ times }));
  });
const inner = on(Inner)
  .inject({ log: Log })
  .handle(async (_command, context, { log }) => log.of(context).info({}, 'Inside'));
const hear = on(Rung)
  .inject({ log: Log })
  .listen(({ times }, context, { log }) => log.of(context).info({ times }, 'Heard'));

const folder = mkdtempSync(join(tmpdir(), 'anywise-requests-'));
const manifest = join(folder, 'package.json');
writeFileSync(manifest, JSON.stringify({ name: '@anywise/bells', anywise: { port: 0 } }));
afterAll(() => rmSync(folder, { recursive: true }));

const app: ServiceDefinition = {
  manifest: pathToFileURL(manifest),
  contracts: [contract('bells', { Ring, Inner, Rung })],
  registry: new MessageRegistry('bells').register(ring, inner, hear),
  routes: [route('post', '/ring', Ring)],
  migrations: [],
  bind: () => undefined,
};

interface Ids {
  readonly requestId?: string;
  readonly correlationId?: string;
  readonly messageId?: string;
}

async function startBells() {
  const { log, lines } = recordLog();
  const bells = await startTestService(app, { logger: log });
  const idsOf = (text: string): Ids => lineOf(lines, text).details;
  return { bells, lines, idsOf };
}

function lineOf(lines: readonly LogLine[], text: string): LogLine {
  const line = lines.find((each) => each.text.startsWith(text));
  if (line === undefined) throw new Error(`No line starts with \`${text}\`.`);
  return line;
}

it('names the request in every line that it causes, here and after the commit', async () => {
  const { bells, lines, idsOf } = await startBells();
  await using _running = bells;
  const response = await bells.request.post('/ring').set('x-request-id', 'r-1').send({ times: 3 });
  expect(response.status).toBe(204);
  expect(response.headers['x-request-id']).toBe('r-1');
  await eventually(() => expect(lines.map(({ text }) => text)).toContain('Heard'));

  const [request, ringing, inside, heard] = ['POST /ring', 'Ringing', 'Inside', 'Heard'].map(idsOf);
  expect([request, ringing, inside, heard].map((ids) => ids?.requestId)).toEqual(['r-1', 'r-1', 'r-1', 'r-1']);
  expect(new Set([request, ringing, inside, heard].map((ids) => ids?.correlationId)).size).toBe(1);
  // The request's own message is the command that it became.
  expect(request?.messageId).toBe(ringing?.messageId);
  expect(new Set([ringing, inside, heard].map((ids) => ids?.messageId)).size).toBe(3);
});

it('logs a failure with the ids of its request and message', async () => {
  const { bells, lines, idsOf } = await startBells();
  await using _running = bells;
  const response = await bells.request.post('/ring').send({ times: -1 });
  expect(response.status).toBe(500);
  const { requestId } = idsOf('A request failed');
  expect(requestId).toBe(response.headers['x-request-id']);
  expect(lineOf(lines, 'A request failed')).toMatchObject({
    level: 'error',
    details: {
      method: 'POST',
      path: '/ring',
      messageId: idsOf('POST /ring').messageId,
      err: { message: 'a bell cannot be unrung' },
    },
  });
});

it('logs failures of one kind once, and each request', async () => {
  const { bells, lines } = await startBells();
  await using _running = bells;
  for (let n = 0; n < 5; n++) await bells.request.post('/ring').send({ times: -1 });
  expect(lines.filter(({ text }) => text === 'A request failed')).toHaveLength(1);
  expect(lines.filter(({ text }) => text.startsWith('POST /ring 500'))).toHaveLength(5);
});

it.each([
  ['has none', undefined],
  ['has one with a line break in it', 'r-1%0a{"level":50}'],
  ['has an empty one', ''],
  ['has one that is too long', 'r'.repeat(129)],
  ['has one with a blank', 'r 1'],
  ['has two', ['r-1', 'r-2']],
])('makes an id for a request that %s', async (_kind, id) => {
  const { bells, idsOf } = await startBells();
  await using _running = bells;
  const asked = bells.request.post('/ring');
  if (id !== undefined) asked.set('x-request-id', id as string);
  const response = await asked.send({ times: 1 });
  expect(response.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  expect(idsOf('POST /ring').requestId).toBe(response.headers['x-request-id']);
});

it('names requests that are refused before they become a message', async () => {
  const { bells, idsOf } = await startBells();
  await using _running = bells;
  await bells.anonymous.post('/ring').set('x-request-id', 'r-7').send({ times: 1 });
  expect(idsOf('POST /ring 401')).toMatchObject({ requestId: 'r-7' });
});
