import { createHash } from 'node:crypto';
import { limits } from '../message/limits.js';
import type { UnitOfWork } from './unit-of-work.js';

/**
 * The idempotency keys of commands that a listener, or the handler of an enqueued command, sends to other services. They are
 * the same in every attempt, if that sends its commands of one type in the same order.
 */
export class RepeatKeys {
  readonly #service: string;
  readonly #sent = new WeakMap<UnitOfWork, Map<string, number>>();

  constructor(service: string) {
    this.#service = service;
  }

  /** The key of the next command of a type; `undefined` for a unit that is not repeated. */
  next(unit: UnitOfWork, type: string): string | undefined {
    const { claim } = unit;
    if (claim === undefined) return undefined;
    const sent = this.#sent.get(unit) ?? new Map<string, number>();
    this.#sent.set(unit, sent);
    const nth = (sent.get(type) ?? 0) + 1;
    sent.set(type, nth);
    const key = [this.#service, claim.listener, claim.source, claim.id, type, ...(nth > 1 ? [nth] : [])].join(':');
    return Buffer.byteLength(key) <= limits.attributeBytes ? key : createHash('sha256').update(key).digest('hex');
  }
}
