import { createHmac } from 'node:crypto';

/** The signed parts of a request. */
export interface Signable {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The key in a Standard Webhooks secret; `undefined` if the secret is invalid. */
export function keyOf(secret: string): Buffer | undefined {
  const text = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret;
  if (!base64.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length < 24 || key.length > 64 ? undefined : key;
}

/**
 * The value of the header `webhook-signature`: one signature for each key, so that receivers can switch from one to another.
 *
 * @see https://www.standardwebhooks.com
 */
export function sign({ id, timestamp, body }: Signable, keys: readonly Buffer[]): string {
  const content = `${id}.${timestamp}.${body}`;
  return keys.map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`).join(' ');
}
