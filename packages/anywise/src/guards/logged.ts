import { checkOptions, ofType, oneOf, type OptionChecks } from '../core/errors/options.js';
import type { FrozenContext } from '../core/message/context.js';
import { loggerCheck, type Logger } from '../core/ports/logger.js';
import type { Message, ReadyGuard } from './guard.js';

/** Options of {@link logged}. */
export interface LoggedOptions<M = Message> {
  readonly logger: Logger;
  /** The level for a handled message. A failed one is a warning. @defaultValue `info` */
  readonly level?: 'debug' | 'info';
  /**
   * Extra fields of each line, such as the user. Called before the message is handled. The message's data is not logged
   * unless you return it here: it may be confidential.
   *
   * @defaultValue nothing
   */
  readonly details?: (message: M, context: FrozenContext) => object;
}

const checks: OptionChecks<LoggedOptions> = {
  logger: loggerCheck,
  level: oneOf('debug', 'info'),
  details: ofType('function'),
};

/**
 * Logs each message once it is handled: its type, its ids and how long it took. A failure is logged with its error, and
 * still reaches the sender. The line is written before the commit.
 *
 * @throws SetupError (`INVALID_SETUP`) that lists all invalid options.
 * @example on(Command).guard(logged({ logger }))
 */
export function logged<M extends Message = Message>(options: LoggedOptions<M>): ReadyGuard<M> {
  checkOptions('`logged`', options, checks, ['logger']);
  const { logger, level = 'info', details } = options;

  return async function logged(message, context, next) {
    const { type } = message;
    const { messageId, correlationId, attempt } = context;
    const line = { ...details?.(message, context), type, messageId, correlationId, attempt };
    const began = performance.now();
    try {
      const reply = await next();
      const ms = Math.round(performance.now() - began);
      logger[level]({ ...line, ms }, `${type} was handled in ${ms} ms`);
      return reply;
    } catch (error) {
      const ms = Math.round(performance.now() - began);
      logger.warn({ ...line, ms, err: error }, `${type} failed after ${ms} ms`);
      throw error;
    }
  };
}
