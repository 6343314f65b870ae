import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contract } from '../../core/message/contract.js';
import { TerminalError } from '../../core/errors/errors.js';
import { event } from '../../core/message/declare.js';
import { on } from '../../core/registry/on.js';
import { sqliteStore, sqliteTransport } from '../../sqlite/index.js';
import { testEntry, testEnvelope } from '../../testing/envelopes.js';
import { eventually } from '../../testing/eventually.js';
import { startBus } from '../../test-support/start-bus.js';
import { inTempFolder } from '../../testing/temp-folder.js';
import { inStore, runHere, type Outcome } from '../../test-support/cli.js';
import type { Terminal } from '../terminal.js';

const Order = z.object({ orderId: z.string(), amount: z.number() });
class Placed extends event('orders.order-placed', { data: Order, entityId: ({ orderId }) => orderId }) {}
const contracts = [contract('orders', { Placed })];

/** A service with a listener that dislikes negative amounts, its store in a folder, and the command beside them. */
interface World {
  readonly folder: string;
  /** `orderId` and `amount` of what the listener has handled. */
  readonly handled: string[];
  /** Starts the service, which runs to the end of the block that has it in `await using`. */
  start(): ReturnType<typeof startBus>;
  /** Has orders become dead letters, or wait behind them, and stops the service. */
  place(...orders: readonly (readonly [orderId: string, amount: number])[]): Promise<void>;
  call(args: readonly string[], typed?: string, terminal?: Partial<Terminal>): Promise<Outcome>;
  /** What the command says with `--json`. */
  json(...args: readonly string[]): Promise<Record<string, unknown>>;
}

async function inWorld(work: (world: World) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    const handled: string[] = [];
    const bad = new Set<string>();
    const path = join(folder, 'orders.db');
    const ship = on(Placed)
      .named('orders/ship')
      .listen(({ orderId, amount }) => {
        if (amount < 0) throw new TerminalError(`Nobody ships ${amount}.`);
        handled.push(`${orderId} ${amount}`);
      });
    const start: World['start'] = () =>
      startBus({
        name: 'orders',
        contracts,
        items: [ship],
        store: sqliteStore({ path }),
        transport: sqliteTransport({ path: join(folder, 'bus.db') }),
      });
    const call: World['call'] = (args, typed, terminal) =>
      runHere([...args, '--store', `sqlite:${folder}`], typed, { cwd: folder, ...terminal });
    await work({
      folder,
      handled,
      start,
      call,
      async place(...orders) {
        await using bus = await start();
        for (const [orderId, amount] of orders) await bus.publish(new Placed({ orderId, amount }));
        for (const [orderId, amount] of orders) if (amount < 0) bad.add(orderId);
        await eventually(async () =>
          expect((await bus.status())?.inbox).toMatchObject({ dead: { count: bad.size }, running: { count: 0 } }),
        );
      },
      async json(...args) {
        const { output } = await call([...args, '--json']);
        return JSON.parse(output) as Record<string, unknown>;
      },
    });
  });
}

/** The dead letters as `list --json` says them. */
async function lettersOf(world: World): Promise<readonly { readonly id: string; readonly seq: number }[]> {
  const { deadLetters } = await world.json('dead-letters', 'list');
  return deadLetters as { readonly id: string; readonly seq: number }[];
}

async function onlyId(world: World): Promise<string> {
  const [letter] = await lettersOf(world);
  return String(letter?.id);
}

describe('dead letters', () => {
  it('are listed, the oldest first, and counted', () =>
    inWorld(async (world) => {
      await world.place(['o-1', -1], ['o-2', -2]);
      const { exitCode, output, errors } = await world.call(['dead-letters', 'list']);
      expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
      const lines = output.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^AGE +LISTENER +TYPE +ID +ATTEMPTS +HOLDS UP +ERROR$/);
      expect(lines.slice(1)).toEqual([
        expect.stringMatching(/^\d+s +orders\/ship +orders.order-placed +\S+ +1 +key +Nobody ships -1\.$/),
        expect.stringMatching(/^\d+s +orders\/ship +orders.order-placed +\S+ +1 +key +Nobody ships -2\.$/),
      ]);
    }));

  it('are one JSON document for programs', () =>
    inWorld(async (world) => {
      await world.place(['o-1', -1]);
      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      await expect(world.json('dead-letters', 'list')).resolves.toEqual({
        service: 'orders',
        total: 1,
        deadLetters: [
          {
            seq: expect.any(Number),
            listener: 'orders/ship',
            source: '/orders',
            id: expect.any(String),
            type: 'orders.order-placed',
            key: 'o-1',
            attempts: 1,
            error: 'Nobody ships -1.',
            failures: [
              {
                attempt: 1,
                at: time,
                name: 'TerminalError',
                error: 'Nobody ships -1.',
                stack: expect.stringMatching(/^TerminalError: Nobody ships -1\.\n +at .*dead-letters\.int\.test/),
              },
            ],
            holdsUp: 'key',
            receivedAt: time,
            diedAt: time,
            envelope: expect.objectContaining({ subject: 'o-1', data: { orderId: 'o-1', amount: -1 } }),
            unreadable: null,
            original: null,
          },
        ],
        next: null,
      });
    }));

  it('are listed page by page', () =>
    inWorld(async (world) => {
      await world.place(['o-1', -1], ['o-2', -2], ['o-3', -3]);
      const all = await lettersOf(world);
      const first = await world.json('dead-letters', 'list', '--limit', '2');
      expect(first).toMatchObject({ total: 3, deadLetters: all.slice(0, 2), next: all[1]?.seq });
      const rest = await world.json('dead-letters', 'list', '--limit', '2', '--after', String(first.next));
      expect(rest).toMatchObject({ deadLetters: all.slice(2), next: null });
      const { output } = await world.call(['dead-letters', 'list', '--limit', '2']);
      expect(output).toContain(`2 of 3. The next ones: \`--after ${String(first.next)}\`.`);
    }));

  it.each([
    { filter: ['--error', 'SHIPS -2'], found: 1 },
    { filter: ['--listener', 'orders/ship'], found: 2 },
    { filter: ['--type', 'orders.order-placed', '--error=-1'], found: 1 },
    { filter: ['--listener', 'orders/other'], found: 0 },
    { filter: ['--older-than', '1h'], found: 0 },
    { filter: ['--id', 'nobody'], found: 0 },
  ])('that $filter means are $found', ({ filter, found }) =>
    inWorld(async (world) => {
      await world.place(['o-1', -1], ['o-2', -2]);
      await expect(world.json('dead-letters', 'list', ...filter)).resolves.toMatchObject({ total: found });
      const { exitCode, errors } = await world.call(['dead-letters', 'list', ...filter]);
      const said = found === 0 ? 'No dead letters match.\n' : '';
      expect({ exitCode, errors }).toEqual({ exitCode: found === 0 ? 1 : 0, errors: said });
    }),
  );

  it('are shown with their data, error, and what waits for them', () =>
    inWorld(async (world) => {
      await world.place(['o-1', -1]);
      const { exitCode, output } = await world.call(['dead-letters', 'show', '--id', await onlyId(world)]);
      expect(exitCode).toBe(0);
      expect(output).toMatch(/holds up +the later messages of `o-1`/);
      expect(output).toContain('error\n  Nobody ships -1.\nattempt 1, TerminalError, 2');
      expect(output).toMatch(/ ago\)\n {2}TerminalError: Nobody ships -1\.\n {6}at /);
      expect(output).toContain('data\n  {\n    "orderId": "o-1",\n    "amount": -1\n  }\n');
      await expect(world.call(['dead-letters', 'show', '--id', 'nobody'])).resolves.toMatchObject({
        exitCode: 1,
        output: '',
      });
    }));

  it('are replayed, and handled with all that waited for them when the service runs', () =>
    inWorld(async (world) => {
      await world.place(['o-1', -1], ['o-1', 2], ['o-1', 3]);
      expect(world.handled).toEqual([]);
      const id = await onlyId(world);
      await world.call(['dead-letters', 'edit', '--id', id, '--data', '{"orderId":"o-1","amount":1}']);
      await expect(world.call(['dead-letters', 'replay', '--id', id])).resolves.toEqual({
        exitCode: 0,
        output: 'Replayed 1 dead letter.\n',
        errors: '',
      });
      await expect(world.call(['dead-letters', 'replay', '--id', id])).resolves.toMatchObject({ exitCode: 1 });
      await using _bus = await world.start();
      await eventually(() => expect(world.handled).toEqual(['o-1 1', 'o-1 2', 'o-1 3']));
    }));

  it('are edited and replayed while the service runs', () =>
    inWorld(async (world) => {
      await world.place(['o-1', -1]);
      const id = await onlyId(world);
      await using _bus = await world.start();
      const edit = ['dead-letters', 'edit', '--id', id, '--data-file', '-', '--replay'];
      await expect(world.call(edit, '{"orderId":"o-1","amount":7}')).resolves.toEqual({
        exitCode: 0,
        output: `Edited \`${id}\` of \`orders/ship\`, and replayed it.\n`,
        errors: '',
      });
      await eventually(() => expect(world.handled).toEqual(['o-1 7']));
    }));

  it('of several sources are told apart before one is edited', () =>
    inTempFolder(async (folder) => {
      const entries = ['/a', '/b'].map((source) => {
        const json = JSON.stringify(testEnvelope({ id: 'm-1', source }));
        return testEntry({ id: 'm-1', source, json, error: 'broken' });
      });
      await inStore(folder, 'orders', (store) => store.inbox.add(entries));
      const edit = (...args: string[]) =>
        runHere(['dead-letters', 'edit', '--id', 'm-1', '--data', '{}', '--store', `sqlite:${folder}`, ...args]);
      await expect(edit()).resolves.toMatchObject({
        exitCode: 2,
        errors: 'It is a dead letter of several sources: `/a`, `/b`. Choose one with `--source`.\n',
      });
      await expect(edit('--source', '/b', '--replay')).resolves.toMatchObject({ exitCode: 0 });
      const letters = await inStore(folder, 'orders', (store) => store.deadLetters.list({}, { limit: 10 }));
      expect(letters.map(({ source }) => source)).toEqual(['/a']);
    }));

  it('of several listeners are told apart before one is edited', () =>
    inTempFolder(async (folder) => {
      const json = JSON.stringify(testEnvelope({ id: 'm-1' }));
      const entries = ['mail', 'ledger'].map((listener) => testEntry({ id: 'm-1', listener, json, error: 'broken' }));
      await inStore(folder, 'orders', (store) => store.inbox.add(entries));
      const edit = (...args: string[]) =>
        runHere(['dead-letters', 'edit', '--data', '{"n":1}', '--store', `sqlite:${folder}`, ...args]);
      await expect(edit('--id', 'm-1')).resolves.toEqual({
        exitCode: 2,
        output: '',
        errors: 'It is a dead letter of several listeners: `mail`, `ledger`. Choose one with `--listener`.\n',
      });
      await expect(edit('--id', 'm-1', '--listener', 'ledger')).resolves.toMatchObject({ exitCode: 0 });
      await expect(edit('--id', 'm-1', '--listener', 'audit')).resolves.toEqual({
        exitCode: 1,
        output: '',
        errors: 'There is no dead letter `m-1` of `audit`. `anywise dead-letters list` lists them all.\n',
      });
      const letters = await inStore(folder, 'orders', (store) => store.deadLetters.list({}, { limit: 10 }));
      expect(letters.map(({ listener, original }) => [listener, original])).toEqual([
        ['mail', undefined],
        ['ledger', json],
      ]);
    }));

  it('are all replayed where that is said', () =>
    inWorld(async (world) => {
      await world.place(['o-1', -1], ['o-2', -2]);
      await expect(world.json('dead-letters', 'replay', '--all')).resolves.toEqual({ service: 'orders', replayed: 2 });
      await expect(world.json('dead-letters', 'replay', '--all')).resolves.toEqual({ service: 'orders', replayed: 0 });
    }));

  it('are discarded where that is confirmed, and what waited goes on', () =>
    inWorld(async (world) => {
      await world.place(['o-1', -1], ['o-1', 2]);
      const filter = ['--type', 'orders.order-placed'];
      const interactive = { interactive: true };
      await expect(world.call(['dead-letters', 'discard', ...filter], 'n\n', interactive)).resolves.toEqual({
        exitCode: 1,
        output: '',
        errors: 'Discard 1 dead letter for good? [y/N] Nothing was discarded.\n',
      });
      expect(await lettersOf(world)).toHaveLength(1);
      await expect(world.call(['dead-letters', 'discard', ...filter], 'y\n', interactive)).resolves.toEqual({
        exitCode: 0,
        output: 'Discarded 1 dead letter.\n',
        errors: 'Discard 1 dead letter for good? [y/N] ',
      });
      expect(await lettersOf(world)).toEqual([]);
      await using _bus = await world.start();
      await eventually(() => expect(world.handled).toEqual(['o-1 2']));
    }));

  it('that came after the question are not discarded', () =>
    inWorld(async (world) => {
      await world.place(['o-1', -1]);
      const input = new PassThrough();
      const errors = new PassThrough({ encoding: 'utf8' });
      const discarded = world.call(['dead-letters', 'discard', '--all'], '', { interactive: true, input, errors });
      await once(errors, 'readable');
      await world.place(['o-2', -2]);
      input.write('y\n');
      await expect(discarded).resolves.toMatchObject({ exitCode: 0, output: 'Discarded 1 dead letter.\n' });
      await expect(world.json('dead-letters', 'list')).resolves.toMatchObject({ deadLetters: [{ key: 'o-2' }] });
    }));

  it('are discarded without a question with `--yes`', () =>
    inWorld(async (world) => {
      await world.place(['o-1', -1], ['o-2', -2]);
      const discarded = await world.json('dead-letters', 'discard', '--all', '--yes');
      expect(discarded).toEqual({ service: 'orders', discarded: 2 });
      await expect(world.call(['dead-letters', 'discard', '--all', '--yes'])).resolves.toMatchObject({ exitCode: 1 });
    }));

  it('that cannot be read are repaired, and read again by the service', () =>
    inWorld(async (world) => {
      const listener = 'orders/unreadable';
      const entry = {
        listener,
        source: '',
        id: 'hash',
        type: 'unreadable',
        key: undefined,
        json: '{ half',
        error: 'It is not JSON.',
      };
      await inStore(world.folder, 'orders', (store) => store.inbox.add([entry]));
      await expect(world.json('dead-letters', 'list')).resolves.toMatchObject({
        deadLetters: [{ envelope: null, unreadable: '{ half', holdsUp: 'nothing' }],
      });
      await expect(world.call(['dead-letters', 'edit', '--id', 'hash', '--data', '{}'])).resolves.toMatchObject({
        exitCode: 1,
        errors: expect.stringContaining('Replace the whole text with `--envelope`.'),
      });

      const data = { orderId: 'o-9', amount: 9 };
      const time = new Date().toISOString();
      const repaired = testEnvelope({ type: Placed.type, source: '/orders', subject: 'o-9', time, data });
      writeFileSync(join(world.folder, 'repaired.json'), JSON.stringify(repaired));
      await using _bus = await world.start();
      const edit = ['dead-letters', 'edit', '--id', 'hash', '--envelope', '--data-file', 'repaired.json', '--replay'];
      await expect(world.call(edit)).resolves.toMatchObject({ exitCode: 0 });
      await eventually(() => expect(world.handled).toEqual(['o-9 9']));
    }));
});
