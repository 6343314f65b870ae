import type { Codec } from '../message/codec.js';
import type { CompiledListener } from './compiled.js';
import type { ContextOptions } from '../message/context.js';
import { parseEnvelope } from '../message/envelope.js';
import { AnywiseError } from '../errors/errors.js';
import { Frame, type FrameHost } from './frame.js';
import { inboxEntries, unreadableListener, type ListenersOf } from '../delivery/intake.js';
import type { LateSignal } from '../delivery/lazy-signal.js';
import type { Claim } from '../ports/store.js';
import type { Unit } from './unit-of-work.js';
import type { Units } from './work-in-hand.js';

export interface DeliveryOptions {
  readonly service: string;
  readonly codec: Codec;
  readonly host: FrameHost;
  readonly units: Units;
  /** The listeners, and the handlers of commands, by the names under which the inbox knows them. */
  readonly listeners: ReadonlyMap<string, CompiledListener>;
  readonly listenersOf: ListenersOf;
}

/** Has claimed messages handled. Their effects, what they publish and their end commit together. */
export class Delivery {
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  async deliver(claim: Claim, end: LateSignal): Promise<void> {
    const { units, service } = this.#options;
    const work = claim.listener === unreadableListener(service) ? this.#readAgain : this.#run;
    const committed = await units.run(units.open(), async (unit) => {
      await work(claim, unit, end);
      return { claim };
    });
    if (committed) return;
    throw new AnywiseError(
      'LEASE_LOST',
      `\`${claim.listener}\` lost its lease of ${claim.id}; its effects were rolled back.`,
    );
  }

  readonly #run = async (claim: Claim, unit: Unit, end: LateSignal): Promise<void> => {
    const { listeners, codec, host } = this.#options;
    const listener = listeners.get(claim.listener);
    if (listener === undefined) {
      throw new AnywiseError('NO_HANDLER', `No listener here is called \`${claim.listener}\`.`);
    }
    const envelope = claim.envelope ?? parseEnvelope(claim.json);
    const message = codec.decode(envelope);
    const context: ContextOptions = {
      messageId: envelope.id,
      entries: codec.entriesOf(envelope),
      correlationId: envelope.correlationid,
      causationId: envelope.causationid,
      get signal() {
        return end.signal;
      },
      attempt: claim.attempt,
      idempotencyKey: `${claim.listener}:${claim.id}`,
      frozen: envelope.kind === 'event',
    };
    await listener.run(message, new Frame(host, context, unit));
  };

  /** What could not be read when it came, and was replayed since, goes to whom it is for. */
  readonly #readAgain = async ({ json }: Claim, unit: Unit): Promise<void> => {
    const envelope = parseEnvelope(json);
    unit.emit([], inboxEntries(envelope, this.#options.listenersOf(envelope.type)));
  };
}
