export { bearer, CurrentUser, currentUser, signToken, type TokenOptions, type User } from './auth.js';
export {
  ConfigError,
  devAuthSecret,
  logLevels,
  readAuthSecret,
  readConfig,
  type ConfigProblem,
  type LogLevel,
  type ServiceConfig,
} from './config.js';
export { createLogger, type LoggerOptions } from './logger.js';
