export { startTestService, type TestService } from './test-service.js';
export { silentLogger } from './silent-logger.js';
