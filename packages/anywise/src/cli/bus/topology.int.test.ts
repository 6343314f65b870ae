import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { runHere } from '../../test-support/cli.js';
import { startNats, whyNoNats } from '../../test-support/nats-server.js';
import { startRabbitmq, whyNoRabbitmq } from '../../test-support/rabbitmq-server.js';

const module = fileURLToPath(new URL('../../test-support/described.ts', import.meta.url));

interface Broker extends AsyncDisposable {
  readonly url: string;
}

interface Row {
  readonly name: string;
  readonly reason: string | undefined;
  readonly start: () => Promise<Broker>;
  /** What a service leaves that has never run, beside its queue. */
  readonly kinds: readonly string[];
  readonly left: readonly string[];
}

const brokers: readonly Row[] = [
  {
    name: 'NATS',
    reason: whyNoNats(),
    async start() {
      const server = await startNats();
      return { url: `nats://${server.place}`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
    },
    kinds: ['stream', 'stream'],
    left: [],
  },
  {
    name: 'RabbitMQ',
    reason: whyNoRabbitmq(),
    start: startRabbitmq,
    kinds: ['exchange', 'exchange', 'queue', 'binding', 'binding', 'binding', 'binding'],
    left: ['tenant.shop'],
  },
];

for (const { name, reason, start, kinds, left } of brokers) {
  const describeBroker = reason === undefined ? describe : describe.skip;
  describeBroker(`\`anywise topology\` on ${name}${reason === undefined ? '' : ` (${reason})`}`, () => {
    it('shows what is missing, makes it once, and lists what is unused', async () => {
      await using broker = await start();
      // `manage=false` is what the services have in their URL.
      const env = { ANYWISE_TRANSPORT: `${broker.url}?prefix=tenant&manage=false` };
      const call = async (...args: readonly string[]) => {
        const { exitCode, output, errors } = await runHere(['topology', module, ...args, '--json'], '', { env });
        expect(errors).toBe('');
        return {
          exitCode,
          answer: JSON.parse(output) as { parts: { kind: string; state: string }[]; unused: { name: string }[] },
        };
      };
      const statesOf = (parts: readonly { state: string }[]): readonly string[] => [
        ...new Set(parts.map(({ state }) => state)),
      ];

      const before = await call();
      expect(before).toMatchObject({ exitCode: 1, answer: { commands: expect.arrayContaining([expect.any(String)]) } });
      expect(before.answer.parts.map(({ kind }) => kind)).toEqual(kinds);
      expect(statesOf(before.answer.parts)).toEqual(['missing']);

      const text = await runHere(['topology', module], '', { env });
      expect(text).toMatchObject({ exitCode: 1, errors: '', output: expect.stringMatching(/^missing +\w+ +tenant /m) });

      const made = await call('--apply');
      expect(made.exitCode).toBe(0);
      expect(statesOf(made.answer.parts)).toEqual(['made']);
      const again = await call('--apply');
      expect(again).toMatchObject({ exitCode: 0, answer: { commands: [] } });
      expect(statesOf(again.answer.parts)).toEqual(['present']);
      expect(await call()).toMatchObject({ exitCode: 0 });

      const unused = await call('--unused', '--other', 'mail', '--other', 'web');
      expect(unused.exitCode).toBe(left.length > 0 ? 0 : 1);
      expect(unused.answer.unused.map((part) => part.name)).toEqual(left);
    }, 180_000);
  });
}
