export { recordLog, silentLogger, type LogLine } from './logs.js';
export { startTestService, type TestService, type TestServiceOptions } from './test-service.js';
