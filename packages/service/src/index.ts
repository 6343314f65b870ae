export { bearer, CurrentUser, currentUser, signToken, type TokenOptions, type User } from './auth.js';
export {
  ConfigError,
  readAuthSecret,
  readConfig,
  type ConfigProblem,
  type LogLevel,
  type ServiceConfig,
} from './config.js';
export { createLogger, type LoggerOptions } from './logger.js';
