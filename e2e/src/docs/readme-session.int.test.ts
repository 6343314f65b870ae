import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { createSystem, type Service, type Slice, type System } from '../harness/system.js';
import { readmeOutput, readmeSession } from './readme.js';

/** A text with its ids and times numbered as they appear, so that only their equality counts. */
function numbered(text: string): string {
  const seen: string[] = [];
  return text.trim().replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z/g, (value) => {
    if (!seen.includes(value)) seen.push(value);
    return `<${seen.indexOf(value)}>`;
  });
}

const startAll: readonly [string, (system: System) => Readonly<Record<Slice, Service>>][] = [
  ['in a process each', (system) => ({ payments: system.start('payments'), orders: system.start('orders') })],
  ['in one process', (system) => system.startTogether()],
];

it.each(startAll)(
  'the session of the README prints what the README shows, with the services %s',
  async (_how, start) => {
    await using system = await createSystem();
    const { payments, orders } = start(system);
    const env = { ...process.env, PAYMENTS: await payments.url(), ORDERS: await orders.url() };
    const session = readmeSession()
      .replace(/^TOKEN=.*$/m, `TOKEN=${system.token}`)
      // A machine may take longer than the README allows.
      .replace(/^sleep 1$/m, 'until call $ORDERS/orders/$ID | grep -q started; do sleep 0.1; done');
    const { stdout } = await promisify(execFile)('sh', ['-c', session], { env });
    expect(numbered(stdout)).toBe(numbered(readmeOutput()));
  },
);
