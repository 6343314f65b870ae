import { writeSync } from 'node:fs';
import { SqlTransaction, on, type Registrable, type RetryPolicy, type Store, type Transport } from 'anywise';
import { followed } from './counter.js';
import { PassedOn, type Numbered } from './messages.js';
import { override } from './override.js';

/** The listeners of sink that do harm, and are there only if the services are wild. */
export const wildListeners: readonly string[] = ['odd', 'killer'];

/** Whether a listener never gets a number done, so that a dead letter is due instead of an effect. */
export function isDoomed(listener: string, { key, n }: Numbered): boolean {
  if (listener === 'odd') return n % 40 === 7;
  return listener === 'killer' && key === 'key-0' && n % 400 === 8;
}

const throwing = {
  get message(): string {
    throw new Error('No text for you.');
  },
  get retryable(): boolean {
    throw new Error('No text for you.');
  },
  toString: () => {
    throw new Error('No text for you.');
  },
};
const unfathomable = new Proxy(
  {},
  {
    get: () => {
      throw new Error('No look for you.');
    },
    getPrototypeOf: () => {
      throw new Error('No look for you.');
    },
  },
);
const oddThings: readonly unknown[] = [
  ...[
    undefined,
    null,
    Number.NaN,
    Symbol('odd'),
    'x'.repeat(5_000_000),
    Object.create(null) as unknown,
    throwing,
    unfathomable,
  ],
  Object.assign(new Error('later'), { retryAfterMs: Number.NaN }),
];

/** What it throws is given up at once. A failure of the database is not its doing, and is tried again. */
function oddly(patient: RetryPolicy): RetryPolicy {
  const stumble = (): boolean => {
    throw unfathomable as Error;
  };
  return { ...patient, rules: [{ when: stumble }, { when: (error) => oddThings.includes(error), attempts: 1 }] };
}

/** A number that ends its process this often is given up. */
const killerAttempts = 6;

/** Listeners that throw odd things, and that kill their own process. */
export function createWildListeners(
  patient: RetryPolicy,
  addEffect: (sql: SqlTransaction, listener: string, numbered: Numbered) => Promise<void>,
): readonly Registrable[] {
  const odd = on(PassedOn)
    .named('odd')
    .retry(oddly(patient))
    .onDead('skip')
    .inject({ sql: SqlTransaction })
    .listen(async (event, _context, { sql }) => {
      await addEffect(sql, 'odd', event);
      if (isDoomed('odd', event)) throw oddThings[Math.floor(event.n / 40) % oddThings.length] as Error;
    });
  const killer = on(PassedOn)
    .named('killer')
    .retry({ ...patient, attempts: killerAttempts })
    .onDead('skip')
    .inject({ sql: SqlTransaction })
    .listen(async (event, _context, { sql }) => {
      await addEffect(sql, 'killer', event);
      if (!isDoomed('killer', event)) return;
      writeSync(1, 'SIGKILL at killer\n');
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined);
    });
  return [odd, killer];
}

/** The store with its ways to a transport, which it would not know in the disguise that the bus has it in. */
export function withShortcut(store: Store, transport: Transport, moved: () => void): Store {
  return override(store, {
    publishTo: (_disguised, isOpen) => store.publishTo?.(transport, isOpen),
    shortcutTo() {
      const shortcut = store.shortcutTo?.(transport);
      if (shortcut === undefined) return undefined;
      return async (lease, limit) => {
        const done = await shortcut(lease, limit);
        if (done !== undefined && done.moved > 0) moved();
        return done;
      };
    },
  });
}

/** The store, whose answers to some claims come late: after messages in hand have ended, and others have come. */
export function withSlowClaims(store: Store): Store {
  return override(store, {
    get inbox() {
      const { inbox } = store;
      return override(inbox, {
        claim: async (options) => {
          const claimed = await inbox.claim(options);
          if (Math.random() < 0.2) await new Promise((resolve) => setTimeout(resolve, Math.random() * 200));
          return claimed;
        },
      });
    },
  });
}

/** Now and then has the read model that follows the log made again, beside the one that is read. */
export async function rebuildNowAndThen(store: Store | undefined): Promise<void> {
  if (Math.random() > 0.02) return;
  const { name, version } = followed;
  // It is done in turns that begin later, here or in the other process.
  await store?.projections?.rebuild({ name, version }).catch(() => undefined);
}
