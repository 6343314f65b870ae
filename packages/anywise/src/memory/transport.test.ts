import { describe, it } from '@jest/globals';
import { transportContract } from '../testing/transport-contract.js';
import { memoryBroker } from './transport.js';

describe('the memory transport', () => {
  it.each(transportContract)('$behaviour', async ({ run }) => run(memoryBroker()));
});
