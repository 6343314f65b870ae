import { AnywiseError } from '../errors/errors.js';
import { inboxEntries, unknownListener, unreadableListener } from '../delivery/intake.js';
import type { LazySignal } from '../time/lazy-signal.js';
import type { Codec } from '../message/codec.js';
import type { ContextOptions } from '../message/context.js';
import { parseEnvelope, type Envelope } from '../message/envelope.js';
import type { Claim } from '../ports/inbox.js';
import type { Trace } from '../ports/instrumentation.js';
import { BatchFrame } from './batch-frame.js';
import type { CompiledListener } from './compile.js';
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
  async deliver(claim: Claim, stop: LazySignal, trace: Trace): Promise<void> {
    const { work, service } = this.#options;
    const isPassedOn = claim.listener === unreadableListener(service) || claim.listener === unknownListener(service);
    const run = isPassedOn ? this.#passOn : this.#run;
    const handle = async (unit: UnitOfWork) => {
      await run(claim, unit, stop, trace);
      return { claim };
    };
    const committed = await work.run(handle, { signal: stop, claim });
    if (!committed) throw leaseLost(claim.listener, claim.id);
  }

  /** The same for several messages of one listener, together: all of their effects commit, or none. */
  async deliverBatch(claims: readonly Claim[], stop: LazySignal, trace: Trace): Promise<void> {
    const [first] = claims;
    if (first === undefined) return;
    const handle = async (unit: UnitOfWork) => {
      const { host } = this.#options;
      const events = new Map(claims.map((claim) => this.#contextOf(claim, unit, stop, trace)));
      const context: ContextOptions = {
        messageId: first.id,
        frozen: true,
        stop,
        trace,
      };
      await this.#listenerOf(first).run([...events.keys()], new BatchFrame(host, context, events, unit));
      return { claims };
    };
    const committed = await this.#options.work.run(handle, { signal: stop });
    if (!committed) throw leaseLost(first.listener, `one of ${claims.length} messages`);
  }

  #contextOf(claim: Claim, unit: UnitOfWork, stop: LazySignal, trace: Trace): [event: object, context: Frame] {
    const { codec, host } = this.#options;
    const envelope = claim.envelope ?? parseEnvelope(claim.json);
    return [codec.decode(envelope), new Frame(host, optionsOf(claim, envelope, codec, stop, trace), unit)];
  }

  #listenerOf({ listener }: Claim): CompiledListener {
    const found = this.#options.routes.named(listener);
    if (found !== undefined) return found;
    throw new AnywiseError('NO_HANDLER', `This process has no listener named \`${listener}\`.`);
  }

  readonly #run = async (claim: Claim, unit: UnitOfWork, stop: LazySignal, trace: Trace): Promise<void> => {
    const listener = this.#listenerOf(claim);
    const [message, frame] = this.#contextOf(claim, unit, stop, trace);
    await listener.run(message, frame);
  };

  /**
   * Sends a message that was unreadable or unknown on arrival to its listeners: it was repaired and replayed, or a version
   * that knows it was deployed.
   */
  readonly #passOn = async ({ json }: Claim, unit: UnitOfWork): Promise<void> => {
    const { codec, routes } = this.#options;
    const envelope = parseEnvelope(json);
    codec.assertKnown(envelope.type);
    unit.emit([], routes.keyed(inboxEntries(envelope, routes.namesFor(envelope.type))));
  };
}

function optionsOf(claim: Claim, envelope: Envelope, codec: Codec, stop: LazySignal, trace: Trace): ContextOptions {
  return {
    messageId: envelope.id,
    entries: codec.entriesOf(envelope),
    correlationId: envelope.correlationid,
    causationId: envelope.causationid,
    stop,
    attempt: claim.attempt,
    idempotencyKey: `${claim.listener}:${claim.source}:${claim.id}`,
    frozen: envelope.kind === 'event',
    trace,
  };
}

function leaseLost(listener: string, what: string): AnywiseError {
  return new AnywiseError('LEASE_LOST', `\`${listener}\` lost its lease of ${what}; its effects were rolled back.`);
}
