import type { Transport, TransportCapabilities } from '../core/ports/transport.js';
import type { ContractCase } from './case.js';

/** A message as another program may send it, past all rules. */
export interface StrangeMessage {
  readonly type: string;
  readonly kind: string;
  /** What it says beside the body: the attributes of a CloudEvent in binary mode, without a prefix. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A transport under test, empty. */
export interface TransportFixture {
  /** Opens another connection to the same broker, as another process would. */
  readonly connect: () => Transport;
  /** Kills the broker without warning, and resolves when it is up again on the same data. For the cases that need `restart`. */
  readonly restart?: () => Promise<void>;
  /**
   * Destroys the connections of a transport without warning, as a broken network would. It can connect again. For the cases
   * that need `cut`.
   */
  readonly cut?: (transport: Transport) => unknown;
  /**
   * Lets no answer through to a transport any more, while what it sends arrives, until it is cut. For the cases that need
   * `mute`.
   */
  readonly mute?: (transport: Transport) => unknown;
  /** Runs work while the broker is away for all. For the cases that need `outage`. */
  readonly outage?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Runs work while the broker has no room for a message of 500,000 bytes. For the cases that need `full`. */
  readonly full?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Connects with a password that is wrong. For the cases that need `refusal`. */
  readonly connectRefused?: (password: string) => Transport;
  /** Deletes what the broker keeps of a consumer, such as its position or its queue. For the cases that need `forget`. */
  readonly forget?: (consumer: string) => Promise<unknown>;
  /**
   * Puts a text on the wire as a foreign program would, with the given facts beside it. Called once a connection has been
   * checked. For the cases that need `foreign`.
   */
  readonly write?: (message: { readonly type: string; readonly kind: string; readonly text: string }) => Promise<void>;
  /**
   * Puts bytes where consumers read, with attributes beside them. Called once a connection has been checked. For the cases
   * that need `stranger`, which are of no use where a message is nothing but a text.
   */
  readonly stranger?: (message: StrangeMessage) => Promise<unknown>;
}

/** What a fixture can do beside connecting, each for the cases that need it. */
export type FixtureAbility =
  'restart' | 'cut' | 'mute' | 'outage' | 'full' | 'refusal' | 'forget' | 'foreign' | 'stranger';

/** The capabilities that the transport declares, and what the fixture can do. */
export type TransportCapability = keyof TransportCapabilities | FixtureAbility;

/** One promise of a transport. */
export type TransportCase = ContractCase<TransportFixture, TransportCapability>;
