import { contextKey, token, type FrozenContext, type Logger } from 'anywise';

/** The service's log for handlers and listeners. */
export interface ServiceLog extends Logger {
  /** The same log, whose lines name the message that is being handled and the request that caused it. */
  of(context: FrozenContext): Logger;
}

/** The service's log, for handlers and listeners to ask for: `.inject({ log: Log })`. */
export const Log = token<ServiceLog>('Log');

/**
 * The id of the HTTP request that a message comes from. It travels with everything that the request causes, in every
 * service.
 */
export const RequestId = contextKey<string>('request-id', { header: 'requestid' });

export function createServiceLog(logger: Logger): ServiceLog {
  return {
    debug: (details, text) => logger.debug(details, text),
    info: (details, text) => logger.info(details, text),
    warn: (details, text) => logger.warn(details, text),
    error: (details, text) => logger.error(details, text),
    of: (context) => withDetails(logger, idsOf(context)),
  };
}

/** The ids that connect a line with all others of the same request. */
export function idsOf(context: FrozenContext): object {
  const { messageId, correlationId } = context;
  const requestId = context.find(RequestId);
  return { messageId, correlationId, ...(requestId !== undefined && { requestId }) };
}

function withDetails(logger: Logger, ids: object): Logger {
  return {
    debug: (details, text) => logger.debug({ ...ids, ...details }, text),
    info: (details, text) => logger.info({ ...ids, ...details }, text),
    warn: (details, text) => logger.warn({ ...ids, ...details }, text),
    error: (details, text) => logger.error({ ...ids, ...details }, text),
  };
}
