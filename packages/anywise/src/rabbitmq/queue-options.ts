import { wholeNumber, type OptionChecks } from '../core/errors/options.js';
import { prefixCheck } from '../kit/servers.js';

/** What the exchanges and queues are called, and how they are made. */
export interface RabbitmqQueueOptions {
  /**
   * The name of the exchange, with which the names of queues begin: letters, digits, `-` and `_`. Services that communicate
   * use the same one; another keeps a tenant apart, as another `vhost` does. @defaultValue `anywise`
   */
  readonly prefix?: string;
  /** On how many nodes of a cluster a queue is kept. Only for queues that this makes. @defaultValue what the server is set to */
  readonly replicas?: number;
}

export const queueDefaults = { prefix: 'anywise' };

export const queueChecks: OptionChecks<RabbitmqQueueOptions> = { prefix: prefixCheck, replicas: wholeNumber(1, 99) };
