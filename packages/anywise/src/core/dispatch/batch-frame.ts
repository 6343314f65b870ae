import { AnywiseError } from '../errors/errors.js';
import type { ContextOptions, FrozenContext } from '../message/context.js';
import type { BatchContext, NextLimit } from '../registry/definitions.js';
import { Frame, type Declared, type FrameHost } from './frame.js';
import type { UnitOfWork } from './unit-of-work.js';

/** The events of a batch, each with its own context. */
type Contexts = ReadonlyMap<unknown, FrozenContext>;

/** Several messages being handled together. What they cause names the first of them as its cause. */
export class BatchFrame extends Frame implements BatchContext {
  declare private readonly contexts: Contexts;

  constructor(host: FrameHost, options: ContextOptions, contexts: Contexts, unit?: UnitOfWork, caller?: Frame) {
    super(host, options, unit, caller);
    this.contexts = contexts;
  }

  /** One event as a batch, in the unit of its frame. */
  static ofOne(event: object, frame: Frame): BatchFrame {
    return new BatchFrame(frame.host, frame.limitedBy({}), new Map([[event, frame]]), frame.unit, frame);
  }

  of(event: unknown): FrozenContext {
    const context = this.contexts.get(event);
    if (context !== undefined) return context;
    throw new AnywiseError(
      'CONTEXT_MISSING',
      'The context of a batch was asked for an event that is not in it. Pass one of the events of the batch itself, not a copy.',
    );
  }

  get idempotencyKeys(): readonly string[] {
    return [...this.contexts.values()].map(({ idempotencyKey }) => idempotencyKey);
  }

  override declaring(declared: Declared): BatchFrame {
    const view = new BatchFrame(this.host, this.limitedBy({}), this.contexts, this.unit, this);
    view.declared = declared;
    return view;
  }

  override within(limit: NextLimit): BatchFrame {
    return new BatchFrame(this.host, this.limitedBy(limit), this.contexts, this.unit, this);
  }
}
