import { describe } from '@jest/globals';
import { describeTraces } from '../test-support/trace-cases.js';
import { memoryStore } from './store.js';
import { memoryBroker } from './transport.js';

describe('in memory', () =>
  describeTraces((work) => {
    const broker = memoryBroker();
    return work({ store: () => memoryStore(), transport: () => broker.connect() });
  }));
