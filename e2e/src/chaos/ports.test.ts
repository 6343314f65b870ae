import { describe, expect, it } from '@jest/globals';
import {
  Anywise,
  MessageRegistry,
  contract,
  event,
  memoryBroker,
  memoryStore,
  on,
  type,
  type AnywiseOptions,
  type Logger,
  type Registrable,
} from 'anywise';
import { eventually, fakeClock } from 'anywise/testing';
import { override } from './override.js';

class Asked extends event('asker.asked', { data: type<{ readonly n: number }>(), entityId: () => 'one' }) {}
class Answered extends event('answerer.answered', {
  data: type<{ readonly call: number }>(),
  entityId: () => 'one',
}) {}

const contracts = [contract('asker', { Asked }), contract('answerer', { Answered })];

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A bus that runs, with these listeners, until the end of the block. */
async function startBus(options: AnywiseOptions, ...listeners: Registrable[]): Promise<Anywise & AsyncDisposable> {
  const registries = [new MessageRegistry(options.name).register(...listeners)];
  const bus = new Anywise({ contracts, registries, logger: silent, ...options });
  await bus.start();
  return Object.assign(bus, { [Symbol.asyncDispose]: () => bus.stop() });
}

describe('a bus', () => {
  it('receives a batch again after its store failed', async () => {
    const store = memoryStore();
    let failures = 1;
    const failing = override(store, {
      inbox: override(store.inbox, {
        add: async (entries, claim) => {
          if (failures-- > 0) throw new Error('the disk is full');
          return store.inbox.add(entries, claim);
        },
      }),
    });
    const seen: number[] = [];
    const listen = on(Asked).listen(({ n }) => void seen.push(n));
    const broker = memoryBroker();
    await using asker = await startBus({ name: 'asker', transport: broker.connect() });
    await using _answerer = await startBus({ name: 'answerer', store: failing, transport: broker.connect() }, listen);

    await asker.publish(new Asked({ n: 1 }));
    await asker.publish(new Asked({ n: 2 }));
    await eventually(() => expect(seen).toEqual([1, 2]));
  });

  it('rolls back a listener whose lease was lost', async () => {
    const clock = fakeClock();
    const store = memoryStore({ clock });
    const leaseMs = 30_000;
    let losses = 1;
    const losing = override(store, {
      begin: (options) => {
        const transaction = store.begin(options);
        return override(transaction, {
          commit: async (completion) => {
            if (completion?.claim === undefined || losses-- <= 0) return transaction.commit(completion);
            await transaction.rollback();
            setImmediate(() => clock.advance(leaseMs));
            return false;
          },
        });
      },
    });
    let calls = 0;
    const answers: number[] = [];
    const answer = on(Asked)
      .inject({ anywise: Anywise })
      .listen((_event, _context, { anywise }) => anywise.publish(new Answered({ call: ++calls })));
    const hear = on(Answered).listen(({ call }) => void answers.push(call));
    await using bus = await startBus({ name: 'both', store: losing, leaseMs }, answer, hear);

    await bus.publish(new Asked({ n: 1 }));
    await eventually(() => expect(answers).toEqual([2]));
  });
});
