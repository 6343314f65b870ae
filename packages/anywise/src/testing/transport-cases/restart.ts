import assert from 'node:assert/strict';
import type { Envelope } from '../../core/message/envelope.js';
import type { Transport } from '../../core/ports/transport.js';
import { eventually } from '../eventually.js';
import type { TransportCase, TransportFixture } from '../transport-case.js';
import { consume, hasAll, idsOf, numbered, publish, withTransports } from './steps.js';

function restart(fixture: TransportFixture): Promise<void> {
  assert.ok(fixture.restart !== undefined, 'the fixture says that it can restart the broker, but has no `restart`');
  return fixture.restart();
}

/** Publishes as the relay does: again and again, until confirmed. */
async function publishUntilConfirmed(transport: Transport, envelope: Envelope): Promise<void> {
  await eventually(async () => publish(transport, [envelope]));
}

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
          if (n === 30 || n === 60) await restart(fixture);
          await publishUntilConfirmed(publisher, envelope);
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
        await restart(fixture);
        const second = await eventually(() => consume(after));
        await eventually(() => hasAll([...first.ids, ...second.ids], idsOf(sent)));
      }),
  },
];

export const restartCases: readonly TransportCase[] = cases.map((one): TransportCase => ({
  ...one,
  needs: ['durable', 'restart'],
}));
