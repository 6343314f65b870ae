import { describe, expect, it } from '@jest/globals';
import { keyOf, sign } from './signature.js';

// The example in the reference libraries of Standard Webhooks.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const signable = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

function keysOf(...secrets: readonly string[]): Buffer[] {
  return secrets.map(keyOf).filter((key) => key !== undefined);
}

describe('a signature', () => {
  it('is that of the reference libraries, with the prefix of the secret or without', () => {
    expect(sign(signable, keysOf(secret))).toBe(signature);
    expect(sign(signable, keysOf(secret.slice('whsec_'.length)))).toBe(signature);
  });

  it('is there for each key', () => {
    const other = `whsec_${Buffer.alloc(32).toString('base64')}`;
    const [first, second, ...more] = sign(signable, keysOf(other, secret)).split(' ');
    expect(first).toMatch(/^v1,/);
    expect([second, more]).toEqual([signature, []]);
  });
});

describe('a secret', () => {
  it.each([
    { secret: '', what: 'empty' },
    { secret: 'whsec_', what: 'nothing but the prefix' },
    { secret: 'correct horse battery staple and so on', what: 'not base64' },
    { secret: `whsec_${Buffer.alloc(23).toString('base64')}`, what: 'too short' },
    { secret: `whsec_${Buffer.alloc(65).toString('base64')}`, what: 'too long' },
  ])('that is $what is invalid', ({ secret }) => {
    expect(keyOf(secret)).toBeUndefined();
  });
});
