import { AnywiseError } from '../errors/errors.js';
import { inboxEntries, unknownListener, unreadableListener } from '../delivery/intake.js';
import type { LazySignal } from '../delivery/lazy-signal.js';
import type { Codec } from '../message/codec.js';
import type { ContextOptions } from '../message/context.js';
import { parseEnvelope } from '../message/envelope.js';
import type { Claim } from '../ports/inbox.js';
import { Frame, type FrameHost } from './frame.js';
import type { RoutingTable } from './routing-table.js';
import type { UnitOfWork } from './unit-of-work.js';
import type { WorkInHand } from './work-in-hand.js';

export interface DelivererOptions {
  readonly service: string;
  readonly host: FrameHost;
  readonly routes: RoutingTable;
  readonly codec: Codec;
  readonly work: WorkInHand;
}

/** Handles claimed messages. Their effects, the messages they publish and their completion commit together. */
export class Deliverer {
  readonly #options: DelivererOptions;

  constructor(options: DelivererOptions) {
    this.#options = options;
  }

  /** @param stop aborted when the work is no longer wanted: its writes are rolled back, and the promise rejects with the reason. */
  async deliver(claim: Claim, stop: LazySignal): Promise<void> {
    const { work, service } = this.#options;
    const isPassedOn = claim.listener === unreadableListener(service) || claim.listener === unknownListener(service);
    const run = isPassedOn ? this.#passOn : this.#run;
    const handle = async (unit: UnitOfWork) => {
      await run(claim, unit, stop);
      return { claim };
    };
    const committed = await work.run(handle, { signal: stop, claim });
    if (committed) return;
    throw new AnywiseError(
      'LEASE_LOST',
      `\`${claim.listener}\` lost its lease of ${claim.id}; its effects were rolled back.`,
    );
  }

  readonly #run = async (claim: Claim, unit: UnitOfWork, stop: LazySignal): Promise<void> => {
    const { routes, codec, host } = this.#options;
    const listener = routes.named(claim.listener);
    if (listener === undefined) {
      throw new AnywiseError('NO_HANDLER', `This process has no listener named \`${claim.listener}\`.`);
    }
    const envelope = claim.envelope ?? parseEnvelope(claim.json);
    const message = codec.decode(envelope);
    const context: ContextOptions = {
      messageId: envelope.id,
      entries: codec.entriesOf(envelope),
      correlationId: envelope.correlationid,
      causationId: envelope.causationid,
      get signal() {
        return stop.signal;
      },
      attempt: claim.attempt,
      idempotencyKey: `${claim.listener}:${claim.source}:${claim.id}`,
      frozen: envelope.kind === 'event',
    };
    await listener.run(message, new Frame(host, context, unit));
  };

  /**
   * Sends a message that was unreadable or unknown on arrival to its listeners: it was repaired and replayed, or a version
   * that knows it was deployed.
   */
  readonly #passOn = async ({ json }: Claim, unit: UnitOfWork): Promise<void> => {
    const { codec, routes } = this.#options;
    const envelope = parseEnvelope(json);
    codec.assertKnown(envelope.type);
    unit.emit([], inboxEntries(envelope, routes.namesFor(envelope.type)));
  };
}
