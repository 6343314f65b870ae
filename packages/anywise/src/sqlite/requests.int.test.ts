import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Transport } from '../core/ports/transport.js';
import { holderName } from '../kit/lease-holder.js';
import { sleep } from '../core/time/timers.js';
import { eventually } from '../testing/eventually.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { ask, failureOf, question, questions, reply, serve } from '../testing/transport-cases/request-steps.js';
import { writeFrame } from './frames.js';
import { sqliteTransport, type SqliteTransportOptions } from './transport.js';

const timeoutMs = 60_000;

interface World {
  readonly path: string;
  /** Where the sockets are. */
  readonly folder: string;
  readonly open: (options?: Partial<SqliteTransportOptions>) => Transport;
}

async function inWorld(work: (world: World) => Promise<void>, below = ''): Promise<void> {
  await inTempFolder(async (top) => {
    const path = join(top, below, 'bus.db');
    const opened: Transport[] = [];
    const open = (options: Partial<SqliteTransportOptions> = {}): Transport => {
      const transport = sqliteTransport({ path, ...options });
      opened.push(transport);
      return transport;
    };
    try {
      await work({ path, folder: `${path}-ask`, open });
    } finally {
      await Promise.all(opened.map((transport) => transport.close()));
    }
  });
}

function filesIn(folder: string, ending = ''): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(ending));
}

const flags = ['--import', 'tsx', '--conditions=@anywise/source', '--input-type=module', '-e'];

/** A process of its own that answers `shop.ask` with `pong`, or never. */
async function startShop(path: string, answers: boolean): Promise<ChildProcess> {
  const script = `
    import { sqliteTransport } from 'anywise/sqlite';
    const [path, answers] = process.argv.slice(1);
    const options = { service: 'shop', types: ['shop.ask'], concurrency: 8, onError: console.error };
    await sqliteTransport({ path }).serve(options, async (request) => {
      console.log('asked');
      if (answers === 'false') await new Promise(() => setInterval(() => undefined, 1_000));
      const { id, ...rest } = request;
      return { ...rest, id: id + '-answer', kind: 'reply', causationid: id, data: 'pong' };
    });
    console.log('serving');`;
  const child = spawn(process.execPath, [...flags, script, path, String(answers)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await said(child, 'serving');
  return child;
}

async function said(child: ChildProcess, text: string): Promise<void> {
  let heard = '';
  for await (const [chunk] of onData(child)) {
    heard += String(chunk);
    if (heard.includes(text)) return;
  }
}

async function* onData(child: ChildProcess): AsyncGenerator<unknown[]> {
  while (child.stdout !== null) yield await once(child.stdout, 'data');
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function connected(address: string): Promise<Socket> {
  const socket = connect(address);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const greeting = writeFrame('hello', '', JSON.stringify({ protocol: 1, maxMessageBytes: 1_024, types: [] }));

describe('requests over sockets', () => {
  it('leave no files behind, and keep other users out while they exist', () =>
    inWorld(async ({ folder, open }) => {
      const shop = open();
      await serve(shop);
      expect(filesIn(folder)).toHaveLength(2);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      for (const name of filesIn(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
      await shop.close();
      expect(filesIn(folder)).toEqual([]);
    }));

  it('reach an instance that has just come while another is known', () =>
    inWorld(async ({ open }) => {
      const asker = open();
      await serve(open(), async (request) => reply(request, 'first'));
      expect((await ask(asker, question())).data).toBe('first');
      await serve(open(), async (request) => reply(request, 'second'));
      await eventually(async () => expect((await ask(asker, question())).data).toBe('second'));
    }));

  it('are brought to the instance with the fewest in hand', () =>
    inWorld(async ({ open }) => {
      const asker = open();
      const counts = [0, 0];
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const counting = (n: 0 | 1) => async (request: ReturnType<typeof question>) => {
        counts[n] = (counts[n] ?? 0) + 1;
        await released;
        return reply(request, n);
      };
      await serve(open(), counting(0));
      await serve(open(), counting(1));
      const answers = questions(40).map((request) => ask(asker, request));
      await eventually(() => expect(counts).toEqual([20, 20]));
      release();
      await Promise.all(answers);
    }));

  it(
    'are all answered, each once, while instances come and go',
    () =>
      inWorld(async ({ open }) => {
        const asker = open();
        const seen = new Set<string>();
        const answer = async (request: ReturnType<typeof question>) => {
          if (seen.has(request.id)) throw new Error('handled twice');
          seen.add(request.id);
          await sleep(Math.random() * 3);
          return reply(request, request.data);
        };
        await serve(open(), answer);
        const over = new AbortController();
        const comingAndGoing = (async () => {
          while (!over.signal.aborted) {
            const passing = open();
            await serve(passing, answer);
            await sleep(Math.random() * 30);
            await passing.close();
          }
        })();
        const asked = questions(2_000);
        const left = [...asked];
        const askAll = async (): Promise<void> => {
          for (let next = left.pop(); next !== undefined; next = left.pop()) {
            expect((await ask(asker, next)).data).toEqual(next.data);
          }
        };
        await Promise.all(Array.from({ length: 32 }, askAll));
        over.abort();
        await comingAndGoing;
        expect(seen.size).toBe(2_000);
      }),
    timeoutMs,
  );

  it(
    'fail at once when the process that has them in hand is killed, and go to another one',
    () =>
      inWorld(async ({ path, folder, open }) => {
        const asker = open();
        await asker.check();
        const dying = await startShop(path, false);
        const outcome = failureOf(ask(asker, question()));
        await said(dying, 'asked');
        const began = performance.now();
        await kill(dying);
        expect(await outcome).toBe('UNAVAILABLE');
        expect(performance.now() - began).toBeLessThan(5_000);
        expect(await failureOf(ask(asker, question()))).toBe('NO_RESPONDER');
        // What it left behind is gone.
        await eventually(() => expect(filesIn(folder)).toEqual([]));
        const next = await startShop(path, true);
        expect((await ask(asker, question())).data).toBe('pong');
        await kill(next);
      }),
    timeoutMs,
  );

  it(
    'do not wait for a frozen process if no other answers their type',
    () =>
      inWorld(async ({ path, open }) => {
        const frozen = await startShop(path, true);
        frozen.kill('SIGSTOP');
        const asker = open();
        const began = performance.now();
        for (let n = 0; n < 5; n++)
          expect(await failureOf(ask(asker, question({ type: 'shop.other' })))).toBe('NO_RESPONDER');
        expect(performance.now() - began).toBeLessThan(10_000);
        // It is found as soon as it goes on.
        frozen.kill('SIGCONT');
        await eventually(async () => expect((await ask(asker, question())).data).toBe('pong'));
        await kill(frozen);
      }),
    timeoutMs,
  );

  it(
    'go to others while one process is frozen',
    () =>
      inWorld(async ({ path, open }) => {
        const asker = open();
        const frozen = await startShop(path, true);
        await serve(open(), async (request) => reply(request, 'pong'));
        await eventually(async () => {
          const answers = await Promise.all(questions(8).map((request) => ask(asker, request)));
          expect(new Set(answers.map(({ source }) => source)).size).toBe(2);
        });
        frozen.kill('SIGSTOP');
        const givenUp = questions(10).map((request) =>
          ask(asker, request, AbortSignal.timeout(200)).catch(() => undefined),
        );
        await Promise.all(givenUp);
        const answers = questions(5).map((request) => ask(asker, request, AbortSignal.timeout(20_000)));
        expect((await Promise.all(answers)).map(({ data }) => data)).toEqual(Array.from({ length: 5 }, () => 'pong'));
        frozen.kill('SIGCONT');
        await kill(frozen);
      }),
    timeoutMs,
  );

  it('say that a request is too large for the process that would take it', () =>
    inWorld(async ({ open }) => {
      await serve(open({ maxMessageBytes: 2_048 }));
      const large = question({ data: 'x'.repeat(4_000) });
      await expect(ask(open(), large)).rejects.toMatchObject({
        code: 'MESSAGE_TOO_LARGE',
        message: expect.stringContaining('2048'),
      });
      expect((await ask(open({ maxMessageBytes: 10_000 }), question({ data: 1 }))).data).toBe(1);
    }));

  it('bring back an answer that is larger than what the asking side may send', () =>
    inWorld(async ({ open }) => {
      const data = 'x'.repeat(3_000_000);
      await serve(open({ maxMessageBytes: 4_000_000 }), async (request) => reply(request, data));
      expect((await ask(open(), question())).data).toBe(data);
    }));
});

describe('a socket of requests', () => {
  const strangers: [string, (socket: Socket) => void][] = [
    ['a huge frame', (socket) => socket.write(Buffer.concat([greeting, Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 0])]))],
    ['a greeting that is not JSON', (socket) => socket.write(writeFrame('hello', '', '{'))],
    ['a request without a greeting', (socket) => socket.write(writeFrame('ask', 'a', '{}'))],
    ['an unknown protocol', (socket) => socket.write(writeFrame('hello', '', '{"protocol":2}'))],
    ['another protocol', (socket) => socket.write('GET / HTTP/1.1\r\n\r\n')],
    ['an unknown kind', (socket) => socket.write(Buffer.concat([greeting, Buffer.from([0, 0, 0, 2, 200, 0])]))],
  ];
  it.each(strangers)('ends the connection of who sends %s, and only that', (_what, send) =>
    inWorld(async ({ folder, open }) => {
      const asker = open();
      await serve(open());
      await ask(asker, question());
      const stranger = await connected(join(folder, filesIn(folder, '.sock')[0] ?? ''));
      stranger.resume();
      send(stranger);
      await once(stranger, 'close');
      expect((await ask(asker, question({ data: 1 }))).data).toBe(1);
    }),
  );

  it(
    'ends the connection of who sends half a frame, byte by byte',
    () =>
      inWorld(async ({ folder, open }) => {
        const asker = open();
        await serve(open());
        const slow = await connected(join(folder, filesIn(folder, '.sock')[0] ?? ''));
        slow.resume();
        // The last byte may come after the end.
        slow.on('error', () => undefined);
        const closed = new Promise((resolve) => slow.once('close', resolve));
        const began = performance.now();
        const drip = setInterval(() => slow.write(greeting.subarray(0, 1)), 2_000);
        slow.write(greeting.subarray(0, 4));
        await closed;
        clearInterval(drip);
        expect(performance.now() - began).toBeGreaterThan(5_000);
        expect((await ask(asker, question({ data: 1 }))).data).toBe(1);
      }),
    timeoutMs,
  );

  it(
    'ends the connection of who asks and never reads',
    () =>
      inWorld(async ({ folder, open }) => {
        const asker = open();
        await serve(open(), async (request) => reply(request, 'x'.repeat(1_000_000)));
        const deaf = await connected(join(folder, filesIn(folder, '.sock')[0] ?? ''));
        deaf.write(greeting);
        for (let n = 0; n < 100; n++) deaf.write(writeFrame('ask', `t${n}`, JSON.stringify(question())));
        await eventually(() =>
          expect(deaf.closed || deaf.errored !== null || !deaf.writable || deaf.write('.')).toBeDefined(),
        );
        deaf.resume();
        await once(deaf, 'close');
        expect((await ask(asker, question())).kind).toBe('reply');
      }),
    timeoutMs,
  );

  it('survives a request that cannot be read', () =>
    inWorld(async ({ folder, open }) => {
      const errors: unknown[] = [];
      await serve(open(), undefined, { onError: (error) => errors.push(error) });
      const stranger = await connected(join(folder, filesIn(folder, '.sock')[0] ?? ''));
      stranger.write(Buffer.concat([greeting, writeFrame('ask', 'a', '{"specversion":"1.0"}')]));
      await eventually(() => expect(errors).toMatchObject([{ code: 'UNREADABLE_MESSAGE' }]));
      stranger.destroy();
      expect((await ask(open(), question({ data: 1 }))).data).toBe(1);
    }));
});

describe('the folder of sockets', () => {
  it(
    'is made anew, with the socket, if somebody deletes it',
    () =>
      inWorld(async ({ folder, open }) => {
        await serve(open());
        const before = open();
        await ask(before, question());
        rmSync(folder, { recursive: true });
        expect((await ask(before, question({ data: 'still connected' }))).data).toBe('still connected');
        await eventually(() => expect(filesIn(folder)).toHaveLength(2));
        expect((await ask(open(), question({ data: 'found again' }))).data).toBe('found again');
      }),
    timeoutMs,
  );

  it('is in the directory for temporary files where its path would be too long', () =>
    inWorld(async ({ folder, open }) => {
      const before = new Set(readdirSync(tmpdir()));
      const shop = open();
      const subscription = await serve(shop);
      expect(existsSync(folder)).toBe(false);
      const [made = ''] = readdirSync(tmpdir()).filter(
        (name) => /^anywise-[\da-f]{10}$/.test(name) && !before.has(name),
      );
      const place = join(tmpdir(), made);
      expect(filesIn(place)).toHaveLength(2);
      expect((await ask(open(), question({ data: 1 }))).data).toBe(1);
      // Others may write where it is: what they have made there is not used.
      chmodSync(place, 0o755);
      await expect(serve(shop)).rejects.toThrow('another user can enter it');
      await expect(ask(open(), question())).rejects.toThrow('another user can enter it');
      await subscription.close();
      rmSync(place, { recursive: true });
    }, 'x'.repeat(60)));

  it(
    'says what to do where even that path is too long',
    () =>
      inTempFolder(async (folder) => {
        const temporary = join(folder, 'x'.repeat(60));
        mkdirSync(temporary);
        const script = `
        import { sqliteTransport } from 'anywise/sqlite';
        const transport = sqliteTransport({ path: process.argv[1] });
        const options = { service: 'shop', types: ['shop.ask'], concurrency: 8, onError: console.error };
        await transport.serve(options, async (request) => request).catch(({ message }) => console.log(message));
        await transport.close();`;
        const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, join(temporary, 'bus.db')], {
          env: { ...process.env, TMPDIR: temporary },
        });
        expect(stdout).toContain('move the database, or set `TMPDIR` to a shorter path');
      }),
    timeoutMs,
  );

  it('keeps what belongs to a living process, and loses what a dead one has left', () =>
    inWorld(async ({ folder, open }) => {
      await open().check();
      mkdirSync(folder, { mode: 0o700 });
      const holder = (pid: number, began: string): string => {
        const facts = holderName('n').split('|');
        return [...facts.slice(0, 3), pid, began, 'n'].join('|');
      };
      const old = new Date(Date.now() - 3_600_000);
      const write = (name: string, text: string, isOld = false): void => {
        writeFileSync(join(folder, `${name}.holder`), text);
        if (isOld) utimesSync(join(folder, `${name}.holder`), old, old);
      };
      write('shop.dead', holder(2 ** 30, '1'));
      write('shop.starting', holderName('n'));
      write('shop.booted', 'another boot|m|n|1|1|n', true);
      write('shop.listens', holder(2 ** 30, '1'), true);
      const server = createServer().listen(join(folder, 'shop.listens.sock'));
      await once(server, 'listening');
      expect(await failureOf(ask(open(), question()))).toBe('NO_RESPONDER');
      await eventually(() => {
        expect(filesIn(folder).sort()).toEqual(['shop.listens.holder', 'shop.listens.sock', 'shop.starting.holder']);
      });
      server.close();
    }));

  const isRoot = process.getuid?.() === 0;
  it('is named in the error where it cannot be made', () =>
    inWorld(async ({ folder, open }) => {
      const shop = open();
      await shop.check();
      writeFileSync(folder, 'a file');
      await expect(serve(shop)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(folder),
      });
      expect(await failureOf(ask(shop, question()))).toBe('NO_RESPONDER');
      rmSync(folder);
      mkdirSync(folder, { mode: 0o500 });
      if (!isRoot) await expect(serve(shop)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      chmodSync(folder, 0o700);
      await serve(shop);
      expect((await ask(shop, question({ data: 1 }))).data).toBe(1);
    }));

  it('takes two services of one name, and any name', () =>
    inWorld(async ({ open }) => {
      const asker = open();
      await serve(open(), async (request) => reply(request, 'one'), { types: ['shop.one'] });
      await serve(open(), async (request) => reply(request, 'two'), { types: ['shop.two'] });
      const strange = { service: `../Übel/${'x'.repeat(300)}`, types: ['shop.three'] };
      await serve(open(), async (request) => reply(request, 'three'), strange);
      for (const name of ['one', 'two', 'three']) {
        expect((await ask(asker, question({ type: `shop.${name}` }))).data).toBe(name);
      }
    }));
});
