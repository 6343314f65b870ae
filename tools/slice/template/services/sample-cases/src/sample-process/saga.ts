import { SampleProcessConfirmed, SampleProcessOverdue, SampleProcessRequested } from '@anywise/contracts/sample-cases';
import { saga, type } from 'anywise';

export const confirmWithinMs = 3_600_000;

interface SampleProcess {
  readonly step: 'requested' | 'confirmed' | 'overdue';
  readonly id: string;
}

/** From a request to its confirmation, or to the end of its time. */
export const sampleProcess = saga('sample-cases.sample-process', {
  state: type<SampleProcess>(),
  timeouts: ['overdue'],
})
  .starts(SampleProcessRequested, ({ id }, saga) =>
    saga.to({ step: 'requested', id }).after('overdue', confirmWithinMs),
  )
  .on(SampleProcessConfirmed, ({ id }, _state, saga) => saga.end({ step: 'confirmed', id }))
  .onTimeout('overdue', ({ id }, saga) => saga.end({ step: 'overdue', id }).publish(new SampleProcessOverdue({ id })));
