import type { Event } from '../message/message.js';
import { markOwnService } from '../ports/container.js';
import type { Saga } from './declaration.js';

/** What a timeout says when it is due. */
export interface TimeoutMessage {
  readonly key: string;
  readonly timeout: string;
}

/** Takes messages for sagas. It belongs to the message in hand, and what it does commits with it. */
export abstract class SagaTaker {
  static {
    markOwnService(this);
  }

  abstract takeEvent(saga: Saga, event: Event, extra: readonly unknown[]): Promise<void>;
  abstract takeTimeout(saga: Saga, message: TimeoutMessage, extra: readonly unknown[]): Promise<void>;
}
