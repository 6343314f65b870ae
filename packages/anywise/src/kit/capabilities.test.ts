import { describe, expect, it } from '@jest/globals';
import { declareCapabilities } from './capabilities.js';

describe('declared capabilities', () => {
  it('are what is `true`, and a reason for everything else', () => {
    const declared = { durable: 'Nothing is kept.', ordered: true, history: true, acrossProcesses: true } as const;
    expect(declareCapabilities({ ...declared, requests: 'It carries no requests.' })).toEqual({
      capabilities: { durable: false, ordered: true, history: true, acrossProcesses: true, requests: false },
      lacks: { durable: 'Nothing is kept.', requests: 'It carries no requests.' },
    });
  });
});
