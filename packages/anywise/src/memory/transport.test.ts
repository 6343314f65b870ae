import { describe, it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import { transportContract } from '../testing/transport-contract.js';
import { memoryBroker } from './transport.js';

describe('the memory transport', () => {
  it.each(casesFor(transportContract, memoryBroker().connect().capabilities))('$behaviour', async ({ run }) =>
    run(memoryBroker()),
  );
});
