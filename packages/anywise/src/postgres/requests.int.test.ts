import { expect, it } from '@jest/globals';
import type { Transport } from '../core/ports/transport.js';
import { holderName } from '../kit/lease-holder.js';
import {
  describeWithPostgres,
  endTestConnections,
  inTestSchemas,
  namedTestUrl,
  testPostgresPlace,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { openWire } from '../test-support/wire.js';
import { eventually } from '../testing/eventually.js';
import { ask, failureOf, question, questions, reply, serve } from '../testing/transport-cases/request-steps.js';
import { gate } from '../testing/transport-cases/steps.js';
import { postgresTransport, type PostgresTransportOptions } from './transport.js';

const timeoutMs = 60_000;

interface World {
  readonly schema: string;
  readonly open: (options?: Partial<PostgresTransportOptions>) => Transport;
  /** Runs a statement in the schema of the transport. */
  readonly sql: <Row extends object>(text: string, ...values: readonly unknown[]) => Promise<readonly Row[]>;
  readonly count: (table: string) => Promise<number>;
}

function inWorld(work: (world: World) => Promise<void>): Promise<void> {
  return inTestSchemas(async (schemaOf) => {
    const schema = schemaOf('bus');
    const opened: Transport[] = [];
    const sql: World['sql'] = (text, ...values) =>
      withTestDatabase(
        async (database) =>
          (await database.query({ text: text.replaceAll('$bus', `"${schema}"`) }, ...values)).rows as never,
      );
    const open: World['open'] = (options) => {
      const transport = postgresTransport({ url: namedTestUrl(schema), schema, ...options });
      opened.push(transport);
      return transport;
    };
    const count: World['count'] = async (table) =>
      (await sql<{ n: number }>(`SELECT count(*) AS n FROM $bus.${table}`))[0]?.n ?? 0;
    try {
      await work({ schema, open, sql, count });
    } finally {
      await Promise.all(opened.map((transport) => transport.close()));
    }
  });
}

/** What a crash of the server does: every connection ends, and unlogged tables are empty. */
async function crash({ schema, sql }: World): Promise<void> {
  await sql('TRUNCATE $bus.anywise_ask, $bus.anywise_answer, $bus.anywise_responder, $bus.anywise_request_epoch');
  await endTestConnections(schema);
}

describeWithPostgres('requests through PostgreSQL', () => {
  it('leave no rows behind', () =>
    inWorld(async ({ open, count }) => {
      const [asker, shop] = [open(), open()];
      await serve(shop);
      await Promise.all(questions(50).map((request) => ask(asker, request)));
      await shop.close();
      for (const table of ['ask', 'answer', 'responder']) expect(await count(`anywise_${table}`)).toBe(0);
    }));

  it('are fetched when there is a place for them, and not before', () =>
    inWorld(async ({ open, count }) => {
      const { opened, open: release } = gate();
      let [inHand, most] = [0, 0];
      const answer = async (request: ReturnType<typeof question>) => {
        most = Math.max(most, ++inHand);
        await opened;
        inHand--;
        return reply(request, request.data);
      };
      await serve(open(), answer, { concurrency: 2 });
      const answers = questions(7).map((request) => ask(open(), request));
      await eventually(async () => expect([inHand, await count('anywise_ask')]).toEqual([2, 5]));
      release();
      await Promise.all(answers);
      expect(most).toBe(2);
    }));

  it('are never handled if they were given up before', () =>
    inWorld(async ({ open, count }) => {
      const { opened, open: release } = gate();
      const seen: unknown[] = [];
      const answer = async (request: ReturnType<typeof question>) => {
        seen.push(request.data);
        await opened;
        return reply(request, 1);
      };
      await serve(open(), answer, { concurrency: 1 });
      const asker = open();
      const first = ask(asker, question({ data: 'first' }));
      await eventually(() => expect(seen).toEqual(['first']));
      const controller = new AbortController();
      const second = ask(asker, question({ data: 'second' }), controller.signal);
      await eventually(async () => expect(await count('anywise_ask')).toBe(1));
      controller.abort(new Error('enough'));
      await expect(second).rejects.toThrow('enough');
      await eventually(async () => expect(await count('anywise_ask')).toBe(0));
      release();
      await first;
      await ask(asker, question({ data: 'third' }));
      expect(seen).toEqual(['first', 'third']);
    }));

  it('fail with `NO_RESPONDER` when the last instance that could answer them stops', () =>
    inWorld(async ({ open, count }) => {
      const { opened, open: release } = gate();
      let began = false;
      const shop = open();
      const subscription = await serve(
        shop,
        async (request) => {
          began = true;
          await opened;
          return reply(request, request.data);
        },
        { concurrency: 1 },
      );
      const asker = open();
      const first = ask(asker, question({ data: 'in hand' }));
      await eventually(() => expect(began).toBe(true));
      const second = failureOf(ask(asker, question()));
      await eventually(async () => expect(await count('anywise_ask')).toBe(1));
      const closed = subscription.close();
      expect(await second).toBe('NO_RESPONDER');
      release();
      expect((await first).data).toBe('in hand');
      await closed;
    }));

  it('fail with `NO_RESPONDER` within seconds when the last instance that could answer them is gone without a word', () =>
    inWorld(async ({ schema, open, sql, count }) => {
      await using wire = await openWire(testPostgresPlace());
      const far = open({ url: namedTestUrl(schema, wire.place) });
      await serve(far, async (request) => reply(request, request.data));
      const asker = open();
      expect((await ask(asker, question({ data: 'there' }))).data).toBe('there');
      await eventually(async () =>
        expect(await sql('SELECT 1 FROM $bus.anywise_responder WHERE holder_pid IS NOT NULL')).toHaveLength(1),
      );
      wire.cut();
      const beganAt = performance.now();
      expect(await failureOf(ask(asker, question()))).toBe('NO_RESPONDER');
      // Its silence alone would tell after 15 seconds.
      expect(performance.now() - beganAt).toBeLessThan(10_000);
      expect([await count('anywise_ask'), await count('anywise_responder')]).toEqual([0, 0]);
      wire.mend();
      await eventually(async () => expect((await ask(asker, question({ data: 'back' }))).data).toBe('back'));
    }));

  it('wait for a busy instance whose connection for notices is lost', () =>
    inWorld(async ({ open, sql, count }) => {
      const { opened, open: release } = gate();
      await serve(open(), async (request) => opened.then(() => reply(request, request.data)), { concurrency: 1 });
      const asker = open();
      const answers = Promise.all([1, 2].map((data) => ask(asker, question({ data }))));
      await eventually(async () => expect(await count('anywise_ask')).toBe(1));
      for (let times = 0; times < 5; times++) {
        // What is said of a responder is believed for a second.
        await sql('UPDATE $bus.anywise_responder SET seen_at = seen_at - 2000');
        const pid = await eventually(async () => {
          const [found] = await sql<{ pid: number }>(
            'SELECT holder_pid AS pid FROM $bus.anywise_responder WHERE holder_pid IS NOT NULL',
          );
          return found?.pid ?? Promise.reject(new Error('It has no connection.'));
        });
        await sql('SELECT pg_terminate_backend($1)', pid);
        await eventually(async () =>
          expect(await sql('SELECT 1 FROM $bus.anywise_responder WHERE holder_pid <> $1', pid)).toHaveLength(1),
        );
      }
      expect(await count('anywise_ask')).toBe(1);
      release();
      expect((await answers).map(({ data }) => data)).toEqual([1, 2]);
    }));

  it('do not count on a process that is dead', () =>
    inWorld(async ({ open, sql, count }) => {
      const asker = open();
      await asker.check();
      const facts = holderName('n').split('|');
      const dead = [...facts.slice(0, 3), 2 ** 30, '1', 'n'].join('|');
      const other = ['another boot', ...facts.slice(1)].join('|');
      const add = (holder: string, ageMs: number) =>
        sql(
          'INSERT INTO $bus.anywise_responder VALUES ($1, $2, extract(epoch FROM clock_timestamp()) * 1000 - $3::integer)',
          'shop.ask',
          holder,
          ageMs,
        );
      await sql("INSERT INTO $bus.anywise_request_epoch VALUES (1, 'first')");
      await add(dead, 0);
      await add(other, 60_000);
      expect(await failureOf(ask(asker, question()))).toBe('NO_RESPONDER');
      expect(await count('anywise_ask')).toBe(0);
      expect(await sql('SELECT holder FROM $bus.anywise_responder')).toEqual([{ holder: other }]);
      // Whether a process on another machine is dead is only known by its silence.
      await sql('DELETE FROM $bus.anywise_responder');
      await add(other, 0);
      const timeIsUp = ask(asker, question(), AbortSignal.timeout(300));
      await expect(timeIsUp).rejects.toMatchObject({ name: 'TimeoutError' });
    }));

  it(
    'end when a crash of the server has taken them, and those that follow are answered',
    () =>
      inWorld(async (world) => {
        const { opened, open: release } = gate();
        let began = false;
        await serve(
          world.open(),
          async (request) => {
            if (request.data !== 'lost') return reply(request, request.data);
            began = true;
            await opened;
            return reply(request, 'too late');
          },
          { concurrency: 2 },
        );
        const asker = world.open();
        const lost = failureOf(ask(asker, question({ data: 'lost' })));
        await eventually(() => expect(began).toBe(true));
        await crash(world);
        expect(await lost).toBe('UNAVAILABLE');
        await eventually(async () => expect((await ask(asker, question({ data: 'next' }))).data).toBe('next'));
        release();
      }),
    timeoutMs,
  );

  it(
    'are answered although the connection of the responder was lost meanwhile',
    () =>
      inWorld(async ({ open }) => {
        await inTestSchemas(async (name) => {
          const url = namedTestUrl(name('shop'));
          const errors: unknown[] = [];
          const { opened, open: release } = gate();
          let began = false;
          await serve(
            open({ url }),
            async (request) => {
              began = true;
              await opened;
              return reply(request, 'answered');
            },
            { onError: (error) => errors.push(error) },
          );
          const answer = ask(open(), question());
          await eventually(() => expect(began).toBe(true));
          await endTestConnections(name('shop'));
          release();
          expect((await answer).data).toBe('answered');
        });
      }),
    timeoutMs,
  );

  it(
    'are answered when all notices are lost',
    () =>
      inWorld(async ({ schema, open }) => {
        await serve(open());
        const asker = open();
        await ask(asker, question());
        for (let n = 0; n < 3; n++) {
          await endTestConnections(schema, '%LISTEN %');
          expect((await ask(asker, question({ data: n }))).data).toBe(n);
        }
      }),
    timeoutMs,
  );

  it(
    'fail on a connection that is silently gone, and are answered on the next',
    () =>
      inWorld(async ({ schema, open }) => {
        await using wire = await openWire(testPostgresPlace());
        await serve(open());
        const asker = open({ url: namedTestUrl(schema, wire.place), statementTimeoutMs: 1_000 });
        expect((await ask(asker, question({ data: 1 }))).data).toBe(1);
        wire.silence();
        expect(await failureOf(ask(asker, question()))).toBe('UNAVAILABLE');
        await eventually(async () => expect((await ask(asker, question({ data: 2 }))).data).toBe(2));
      }),
    timeoutMs,
  );

  it(
    'reach a responder again whose connections were silently gone',
    () =>
      inWorld(async ({ schema, open }) => {
        await using wire = await openWire(testPostgresPlace());
        await serve(open({ url: namedTestUrl(schema, wire.place), statementTimeoutMs: 1_000 }));
        const asker = open({ url: testPostgresUrl });
        expect((await ask(asker, question({ data: 1 }))).data).toBe(1);
        wire.silence();
        await eventually(async () => {
          const answer = await ask(asker, question({ data: 2 }), AbortSignal.timeout(2_000));
          expect(answer.data).toBe(2);
        });
      }),
    timeoutMs,
  );

  it(
    'carry more than fits into one batch',
    () =>
      inWorld(async ({ open }) => {
        const data = 'ü'.repeat(450_000);
        await serve(open());
        const asker = open();
        const answers = await Promise.all(questions(12).map((request) => ask(asker, { ...request, data })));
        expect(answers.every((answer) => answer.data === data)).toBe(true);
      }),
    timeoutMs,
  );
});
