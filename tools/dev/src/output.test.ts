import { expect, it } from '@jest/globals';
import { createOutput } from './output.js';

function record(colour: boolean) {
  const written: string[] = [];
  const output = createOutput({ slice: 'payments', colour, write: (text) => written.push(text) });
  return { output, written };
}

const time = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();

it('puts the slice before every line and leaves the line as it is', () => {
  const { output, written } = record(false);
  output.line('{ not a log line }');
  expect(written).toEqual(['payments | { not a log line }\n']);
});

it('makes a log line readable', () => {
  const { output, written } = record(false);
  const log = {
    level: 30,
    time,
    pid: 7,
    hostname: 'here',
    service: 'payments',
    paymentId: 'p-1',
    msg: 'payment taken',
  };
  output.line(JSON.stringify(log));
  expect(written).toEqual(['payments | [03:04:05.006] INFO: payment taken {"paymentId":"p-1"}\n']);
});

it('puts the slice before each line of an error', () => {
  const { output, written } = record(false);
  const err = { type: 'Error', message: 'no answer', stack: 'Error: no answer\n    at send (bus.ts:1:2)' };
  output.line(JSON.stringify({ level: 50, time, service: 'payments', err, msg: 'sending failed' }));
  const lines = written.join('').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.every((line) => line.startsWith('payments | '))).toBe(true);
});

it('uses colours only on request', () => {
  const { output, written } = record(true);
  output.line('up');
  output.say('payments died (SIGKILL); starting it again');
  expect(written).toEqual([
    '\u001b[35mpayments\u001b[39m | up\n',
    '\u001b[1mpayments died (SIGKILL); starting it again\u001b[22m\n',
  ]);
});
