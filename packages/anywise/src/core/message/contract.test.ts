import { describe, expect, it } from '@jest/globals';
import { contract } from './contract.js';
import { Command } from './message.js';
import { command } from './declare.js';

abstract class PaymentCommand extends Command {}
class Pay extends command('payments.pay', { base: PaymentCommand }) {}
class PayTwin extends command('payments.pay') {}
class Ship extends command('shipping.ship') {}

describe('a contract', () => {
  it('holds the messages of one slice by wire name, and leaves the rest of a module out', () => {
    const { slice, messages } = contract('payments', { Pay, PaymentCommand, Payment: {}, answer: 42 });
    expect(slice).toBe('payments');
    expect([...messages]).toEqual([['payments.pay', Pay]]);
  });

  it('may hold a message under two names', () => {
    expect(contract('payments', { Pay, Alias: Pay }).messages.size).toBe(1);
  });

  it('says everything that is wrong', () => {
    expect(() => contract('payments', { Pay, PayTwin, Ship })).toThrowErrorMatchingInlineSnapshot(`
      "The contract \`payments\` has 2 problems:
        - \`PayTwin\` and \`Pay\` share the wire name \`payments.pay\`
        - \`Ship\` has the wire name \`shipping.ship\`, which must begin with \`payments.\`"
    `);
  });

  it('is refused without a message', () => {
    expect(() => contract('payments', { PaymentCommand })).toThrowErrorMatchingInlineSnapshot(
      `"The contract \`payments\`: it has no message"`,
    );
  });
});
