import { eventually } from '../eventually.js';
import type { TransportCase } from '../transport-case.js';
import { consume, hasAll, idsOf, needed, numbered, publish, publishUntilConfirmed, withTransports } from './steps.js';

/** What survives a restart of the broker. */
const cases: readonly TransportCase[] = [
  {
    id: 'restart-reconnects',
    behaviour: 'resumes publishing and receiving on its own after a broker restart',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        const sent = numbered(90);
        for (const [n, envelope] of sent.entries()) {
          if (n === 30 || n === 60) await needed(fixture, 'restart')();
          await publishUntilConfirmed(publisher, [envelope]);
        }
        await eventually(() => hasAll(ids, idsOf(sent)));
        await Promise.all([publisher.check(), receiver.check()]);
      }),
  },
  {
    id: 'restart-keeps',
    behaviour: 'keeps confirmed messages across a broker restart',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, before, after) => {
        const first = await consume(before);
        await before.close();
        const sent = numbered(50);
        await publish(publisher, sent);
        await publisher.close();
        await needed(fixture, 'restart')();
        const second = await eventually(() => consume(after));
        await eventually(() => hasAll([...first.ids, ...second.ids], idsOf(sent)));
      }),
  },
];

export const restartCases: readonly TransportCase[] = cases.map((one): TransportCase => ({
  ...one,
  needs: ['durable', 'restart'],
}));
