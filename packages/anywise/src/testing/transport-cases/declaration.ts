import assert from 'node:assert/strict';
import type { TransportCase } from '../transport-case.js';
import { withTransports } from './steps.js';

/** What a transport says of itself. */
export const declarationCases: readonly TransportCase[] = [
  {
    id: 'lacks',
    behaviour: 'says why it lacks each capability that it does not have',
    run: (fixture) =>
      withTransports(fixture, 1, async ({ name, capabilities, lacks }) => {
        for (const [capability, has] of Object.entries(capabilities)) {
          const reason: unknown = Object.getOwnPropertyDescriptor(lacks, capability)?.value;
          const isGiven = typeof reason === 'string' && reason.trim() !== '';
          assert.equal(isGiven, !has, `\`${name}\` ${has ? 'has' : 'lacks'} \`${capability}\``);
        }
      }),
  },
];
