import type { Envelope } from '../core/message/envelope.js';
import { Pump } from '../kit/pump.js';
import { serialise } from '../kit/wire.js';
import type { PublishFailure, SubscribeOptions, Subscription, Transport } from '../core/ports/transport.js';

/** Carries messages between the buses of one process. Each bus takes its own connection. */
export interface MemoryBroker {
  connect(): Transport;
}

interface Consumer {
  readonly name: string;
  position: number;
  /** Whether an instance of the service has a batch in hand: the others wait. */
  busy: boolean;
}

const batchSize = 100;
const idlePollMs = 1_000;

/** Makes a broker that lives and dies with the process: the reference for what a transport does, and a fake for tests. */
export function memoryBroker(): MemoryBroker {
  const log: string[] = [];
  const consumers = new Map<string, Consumer>();
  const pumps = new Set<Pump>();
  const wakeAll = (): void => {
    for (const pump of pumps) pump.wake();
  };
  return { connect: () => new MemoryTransport(log, consumers, pumps, wakeAll) };
}

class MemoryTransport implements Transport {
  readonly name = 'memory';
  readonly capabilities = { durable: false, ordered: true, history: true, acrossProcesses: false };
  readonly #log: string[];
  readonly #consumers: Map<string, Consumer>;
  readonly #pumps: Set<Pump>;
  readonly #wakeAll: () => void;
  readonly #subscriptions = new Set<Subscription>();

  constructor(log: string[], consumers: Map<string, Consumer>, pumps: Set<Pump>, wakeAll: () => void) {
    this.#log = log;
    this.#consumers = consumers;
    this.#pumps = pumps;
    this.#wakeAll = wakeAll;
  }

  async publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    // As text, so that nothing but data gets across, as with any other transport.
    const serialised = serialise(envelopes);
    this.#log.push(...serialised.flatMap((one) => ('json' in one ? [one.json] : [])));
    this.#wakeAll();
    return serialised.map((one) => ('json' in one ? undefined : one.failure));
  }

  async subscribe(
    { consumer: name, types, onError }: SubscribeOptions,
    receive: Parameters<Transport['subscribe']>[1],
  ): Promise<Subscription> {
    // Versions of a service that want other types must not pass over each other's messages.
    const key = JSON.stringify([name, [...types].sort()]);
    const consumer = this.#consumers.get(key) ?? { name, position: this.#positionOf(name), busy: false };
    this.#consumers.set(key, consumer);
    const wanted = new Set(types);
    const turn = async (): Promise<number> => {
      const texts = this.#log.slice(consumer.position, consumer.position + batchSize);
      if (consumer.busy || texts.length === 0) return idlePollMs;
      consumer.busy = true;
      try {
        const deliveries = texts.map((json) => ({ envelope: JSON.parse(json) as Envelope, json }));
        const batch = deliveries.filter(({ envelope }) => wanted.has(envelope.type));
        if (batch.length > 0) await receive(batch);
        consumer.position += texts.length;
      } finally {
        consumer.busy = false;
      }
      this.#wakeAll();
      return 0;
    };
    const pump = new Pump({ turn, onError });
    this.#pumps.add(pump);
    pump.start();
    const subscription: Subscription = {
      close: async () => {
        this.#pumps.delete(pump);
        this.#subscriptions.delete(subscription);
        await pump.stop();
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  #positionOf(name: string): number {
    const versions = [...this.#consumers.values()].filter((consumer) => consumer.name === name);
    return Math.max(0, ...versions.map(({ position }) => position));
  }

  async check(): Promise<void> {
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map(async (subscription) => subscription.close()));
  }
}
