export { recordLog, silentLogger, type LogLine } from './logs.js';
export { describeService, serviceCases, type ServiceCase, type ServiceExample } from './service-suite.js';
export { startTestService, type TestService, type TestServiceOptions } from './test-service.js';
