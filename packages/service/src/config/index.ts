export { portVariable, readConfig, type ServiceConfig } from './config.js';
export { shownUrl } from 'anywise/connect';
export { ConfigError } from './variable.js';
