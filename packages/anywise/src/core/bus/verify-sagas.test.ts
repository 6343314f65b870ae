import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { memoryStore } from '../../memory/store.js';
import {
  OrderPlaced,
  OrderShipped,
  fulfilment,
  fulfilmentContract,
  PayWithinMs,
} from '../../test-support/fulfilment.js';
import { silent } from '../../test-support/start-bus.js';
import { fixed } from '../../testing/fixed.js';
import { MessageRegistry, type Registrable } from '../registry/registry.js';
import { on } from '../registry/on.js';
import { saga } from '../sagas/saga.js';
import { Anywise } from './anywise.js';

const state = z.object({});

function problemsOf(
  items: readonly Registrable[],
  store: ReturnType<typeof memoryStore> | undefined,
): readonly string[] {
  const registries = [new MessageRegistry('test').register(...items)];
  const contracts = [fulfilmentContract];
  const container = fixed([PayWithinMs, 5]);
  const about = /saga|fulfilment/;
  const bus = new Anywise({ name: 'test', registries, contracts, container, logger: silent, ...(store && { store }) });
  return bus.verify().filter((problem) => about.test(problem));
}

describe('the sagas of a bus', () => {
  it('are in order', () => {
    expect(problemsOf([fulfilment], memoryStore())).toEqual([]);
  });

  it('are refused with all that is wrong with them', () => {
    const endless = saga('shop.endless', { state, timeouts: ['soon'] }).on(OrderShipped, (_e, _s, saga) => saga.stay());
    const listener = on(OrderPlaced)
      .named('test.fulfilment')
      .listen(() => undefined);
    expect(problemsOf([fulfilment, endless, listener], undefined)).toMatchInlineSnapshot(`
      [
        "two listeners are called \`test.fulfilment\`: in registry \`test\`, the saga \`test.fulfilment\` and in registry \`test\`, listener of \`test.order-placed\`; tell them apart with \`.named(…)\`",
        "the saga \`test.fulfilment\` needs a store that keeps sagas; pass one as \`store\`, such as \`sqliteStore({ path })\`",
        "the saga \`shop.endless\` needs a store that keeps sagas; pass one as \`store\`, such as \`sqliteStore({ path })\`",
        "the saga \`shop.endless\` belongs to the service \`test\`; call it \`test.…\`",
        "the saga \`shop.endless\` has no event with which it begins; name one with \`starts\`",
        "the saga \`shop.endless\` has the timeout \`soon\`, but no step for it; add \`onTimeout\`",
      ]
    `);
  });

  it('are refused by the registry with a wrong policy or dependency', () => {
    const wrong = saga('test.wrong', { state })
      .inject({ limits: 5 as never })
      .onDead('retry' as never);
    expect(() => new MessageRegistry('test').register(wrong)).toThrowErrorMatchingInlineSnapshot(`
      "The registry \`test\` has 2 problems:
        - the saga \`test.wrong\` asks for 5 as \`limits\`; ask for a class or a token
        - the saga \`test.wrong\`: \`onDead\` is "retry", but must be one of "park", "skip", "block""
    `);
    expect(() => new MessageRegistry('test').register(fulfilment, fulfilment)).toThrow(
      /the saga `test\.fulfilment` is registered twice/,
    );
  });
});
