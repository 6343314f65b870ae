import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { connectTransport } from '../connect/connect.js';
import { createTestOperator } from '../test-support/nats-accounts.js';
import { startNats, whyNoNats } from '../test-support/nats-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import type { NatsConnectionOptions } from './client.js';
import { natsTransport } from './transport.js';

const reason = whyNoNats();
const describeNats = reason === undefined ? describe : describe.skip;
const operator = createTestOperator();

interface Login {
  readonly by: string;
  readonly configuration: readonly string[];
  readonly right: NatsConnectionOptions;
  readonly wrong: readonly NatsConnectionOptions[];
  /** In a URL, where it fits into one. */
  readonly url?: string;
}

const logins: readonly Login[] = [
  {
    by: 'user and password',
    configuration: ['authorization: { user: ada, password: "s3cret:@/%" }'],
    right: { user: 'ada', password: 's3cret:@/%' },
    wrong: [{ user: 'ada', password: 'wr0ng' }, { user: 'ada' }, { token: 'wr0ng' }, {}],
    url: 'ada:s3cret%3A%40%2F%25@',
  },
  {
    by: 'a token',
    configuration: ['authorization: { token: "s3cret" }'],
    right: { token: 's3cret' },
    wrong: [{ token: 'wr0ng' }, { user: 's3cret', password: 's3cret' }, {}],
    url: 's3cret@',
  },
  {
    by: 'a credentials file',
    configuration: operator.configuration,
    right: { credentials: operator.credentials },
    wrong: [{ credentials: operator.strangersCredentials }, { user: 'ada', password: 'wr0ng' }, {}],
  },
];

describeNats(`a NATS server that asks for a login${reason === undefined ? '' : ` (${reason})`}`, () => {
  it.each(logins)(
    'takes $by, and refuses others without showing them',
    async ({ configuration, right, wrong, url }) => {
      await using server = await startNats(configuration);
      const transport = natsTransport({ servers: server.place, ...right });
      const ids: string[] = [];
      const options = { consumer: 'orders', types: ['test.happened'], onError: () => undefined };
      await transport.subscribe(options, async (batch) => {
        for (const one of batch) if ('envelope' in one) ids.push(one.envelope.id);
      });
      expect(await transport.publish([testEnvelope({ id: 'm' })])).toEqual([undefined]);
      await eventually(() => expect(ids).toEqual(['m']));
      await transport.close();
      if (url !== undefined) {
        const byUrl = await connectTransport(`nats://${url}${server.place}`);
        await byUrl.check();
        await byUrl.close();
      }
      for (const login of wrong) {
        const refused = natsTransport({ servers: server.place, ...login });
        // A server that closes the connection before the login is written gives no reason.
        let error: unknown;
        do error = await refused.check().catch((thrown: unknown) => thrown);
        while (String((error as Error).cause).includes('EPIPE'));
        expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: false });
        expect(String(error)).toMatch(/refuses the credentials/);
        expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/s3cret|wr0ng|SEED|SUA/);
        await refused.close();
      }
    },
  );

  it.each([
    { what: 'is no credentials file', credentials: 'ada' },
    {
      what: 'has a broken seed',
      credentials: operator.credentials.replace(/SU[A-Z0-9]{20}/, 'SUAAAAAAAAAAAAAAAAAAAA'),
    },
  ])('is not asked with what $what: that is an error which does not show it', async ({ credentials }) => {
    await using server = await startNats(operator.configuration);
    const transport = natsTransport({ servers: server.place, credentials });
    const error: unknown = await transport.check().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    expect(String(error)).toMatch(/`credentials` of NATS cannot be used/);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/SUA|SEED|JWT/);
    await transport.close();
  });
});
