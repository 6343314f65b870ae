export { portVariable, readConfig, type ServiceConfig } from './config.js';
export { ConfigError } from './variable.js';
