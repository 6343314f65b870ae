import { expect, it } from '@jest/globals';
import { CloudEvent, HTTP, type Message } from 'cloudevents';
import type { Received } from '../core/ports/transport.js';
import { testEnvelope } from '../testing/envelopes.js';

/** Attributes with letters that headers do not carry as they are. */
export const oddAttributes = {
  subject: 'žluť/🚀 "1"',
  partitionkey: '100% of % is %41',
  tenant: 'blue, green; "quoted" žluť',
};

/** An event of the CloudEvents SDK that is an envelope of ours. */
export const sdkEvent = (change: object = {}): CloudEvent<unknown> =>
  new CloudEvent({ ...testEnvelope({ id: 'm1', schemaversion: 2, data: { text: 'žluť' } }), ...change });

/** What a service gets of an event of the SDK that it can read. */
export const readEvent = (event: CloudEvent<unknown>): Received => ({
  envelope: JSON.parse(JSON.stringify(event)) as never,
});

/** Of a sender that knows only what CloudEvents demands. */
const foreign = new CloudEvent({ id: 'm1', source: '/other', type: 'test.happened', data: {} });

/** Tests that a transport reads what the CloudEvents SDK writes. @param received what a service gets when it is sent. */
export function testReadingOfSdk(received: (message: Message) => Promise<Received | undefined>): void {
  it.each([
    { mode: 'binary', write: HTTP.binary, change: {} },
    { mode: 'binary', write: HTTP.binary, change: oddAttributes },
    { mode: 'binary', write: HTTP.binary, change: { data: null } },
    { mode: 'structured', write: HTTP.structured, change: {} },
    { mode: 'structured', write: HTTP.structured, change: oddAttributes },
  ])('is read in $mode mode, whatever its attributes: $change', async ({ write, change }) => {
    const event = sdkEvent(change);
    expect(await received(write(event))).toMatchObject(readEvent(event));
  });

  it.each([
    { what: 'an event without a kind, in binary mode', message: HTTP.binary(foreign) },
    { what: 'an event without a kind, in structured mode', message: HTTP.structured(foreign) },
    { what: 'bytes as data', message: HTTP.structured(sdkEvent({ data: Buffer.of(1, 255) })) },
  ])('may send what is not a message here, which is kept with the reason: $what', async ({ message }) => {
    expect(await received(message)).toEqual({
      unreadable: expect.stringContaining('m1') as unknown,
      reason: expect.stringMatching(/`kind`|`data_base64`/) as unknown,
    });
  });
}
