import { declareCapabilities } from './capabilities.js';

const others = { durable: true, ordered: true, history: true, acrossProcesses: true } as const;

declareCapabilities({ ...others, requests: true });
declareCapabilities({ ...others, requests: 'It carries no requests.' });

// @ts-expect-error what is lacking needs a reason
declareCapabilities({ ...others, requests: false });
// @ts-expect-error every capability is declared
declareCapabilities(others);
