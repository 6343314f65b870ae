export { bearer, CurrentUser, currentUser, signToken, type TokenOptions, type User } from './auth.js';
export { createApp, type AppOptions } from './app.js';
export {
  ConfigError,
  readAuthSecret,
  readConfig,
  type ConfigProblem,
  type LogLevel,
  type ServiceConfig,
} from './config.js';
export { Log, type ServiceDefinition } from './definition.js';
export { createLogger, type LoggerOptions } from './logger.js';
export { readMigrations } from './migrations.js';
export { run } from './run.js';
export { startService, type Service, type ServiceOptions } from './service.js';
