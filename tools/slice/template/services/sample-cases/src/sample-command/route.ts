import { SampleCommand } from '@anywise/contracts/sample-cases';
import { route } from 'anywise/express';

export const sampleCommandRoute = route('post', '/sample-cases/:id/sample-command', SampleCommand, {
  status: 201,
  idempotencyKey: true,
});
