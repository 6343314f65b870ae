export { authorized, type AuthorizedOptions } from './authorized.js';
export type { Message, ReadyGuard } from './guard.js';
export type { Key, KeyOf } from './key.js';
export { limited, type LimitedOptions } from './limited.js';
export { logged, type LoggedOptions } from './logged.js';
export { rateLimited, type RateLimitedOptions } from './rate-limited.js';
export { timed, type TimedOptions } from './timed.js';
