export { describePaging, pagingCases, type List, type ListExample, type PagingCase } from './paging-suite.js';
export { recordLog, silentLogger, type LogLine } from './logs.js';
export { describeService, serviceCases, type ServiceCase, type ServiceExample } from './service-suite.js';
export { startTestService, type TestService, type TestServiceOptions } from './test-service.js';
