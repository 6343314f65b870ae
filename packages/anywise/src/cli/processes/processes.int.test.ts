import { expect, it } from '@jest/globals';
import { inFilledStore } from '../../test-support/cli.js';

const common = { service: 'orders', host: 'a', concurrency: 10, description: {} };
const lag = { count: 1_000, isMore: true };

it('lists who works for a service, how wrong clocks are, and what waits in the transport', () =>
  inFilledStore(
    async ({ processes }) => {
      await processes?.seen({ ...common, holder: 'h1', pid: 7, version: '1.2.0', lag, clockSkewMs: -90_000 });
    },
    async (call) => {
      const { exitCode, output } = await call('processes list');
      expect(exitCode).toBe(0);
      expect(output.replaceAll(/ +/g, ' ')).toMatch(
        /^HOST PID VERSION STATE SEEN RAN AT ONCE LAG CLOCK\na 7 1\.2\.0 runs \ds 0s 10 1000\+ -1m\n$/,
      );
      const { processes } = JSON.parse((await call('processes list --json')).output) as { processes: object[] };
      expect(processes).toMatchObject([{ holder: 'h1', pid: 7, isAlive: true, lag, clockSkewMs: -90_000 }]);
      expect((await call('inbox status')).output).toMatch(
        /\n1000\+ messages wait in the transport, as of \ds ago\.\n$/,
      );
      expect(JSON.parse((await call('inbox status --json')).output)).toMatchObject({ lag });
    },
  ));

it('says that nobody runs, and that nobody knows what waits in the transport', () =>
  inFilledStore(
    async () => undefined,
    async (call) => {
      await expect(call('processes list')).resolves.toMatchObject({
        exitCode: 1,
        errors: 'No process has said that it runs.\n',
      });
      expect((await call('inbox status')).output).toContain('No running process has said what waits in the transport.');
      expect(JSON.parse((await call('inbox status --json')).output)).toMatchObject({ lag: null });
    },
  ));
