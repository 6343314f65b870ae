import { SampleProcessConfirmed, SampleProcessOverdue, SampleProcessRequested } from '@anywise/contracts/sample-cases';
import { it } from '@jest/globals';
import { story } from 'anywise/testing';
import { confirmWithinMs, sampleProcess } from './saga.js';

const id = '1';
const requested = new SampleProcessRequested({ id });

it('ends with a confirmation in time', () => {
  story(sampleProcess)
    .given(requested)
    .then({ state: { step: 'requested', id }, timeouts: { overdue: confirmWithinMs } })
    .when(new SampleProcessConfirmed({ id }))
    .then({ state: { step: 'confirmed', id }, ended: true });
});

it('ends when the time is over, and says so', () => {
  story(sampleProcess)
    .given(requested)
    .passing(confirmWithinMs)
    .then({ state: { step: 'overdue', id }, ended: true, published: [new SampleProcessOverdue({ id })] });
});
