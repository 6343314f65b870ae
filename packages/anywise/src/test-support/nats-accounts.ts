import { createHash } from 'node:crypto';
import { nkeys } from '@nats-io/transport-node';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** An operator with one account, as `nsc` makes them, and a user who may do anything in it. */
export interface TestOperator {
  /** Lines of the server's configuration. */
  readonly configuration: readonly string[];
  /** The text of the user's credentials file. */
  readonly credentials: string;
  /** That of a user whom no account of the operator knows. */
  readonly strangersCredentials: string;
}

/** @see https://docs.nats.io/running-a-nats-service/configuration/securing_nats/jwt */
export function createTestOperator(): TestOperator {
  const operator = nkeys.createOperator();
  const [system, account, stranger] = [nkeys.createAccount(), nkeys.createAccount(), nkeys.createAccount()];
  const unlimited = { subs: -1, conn: -1, leaf: -1, imports: -1, exports: -1, data: -1, payload: -1, wildcards: true };
  const jetstream = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const operatorToken = sign(operator, operator, { type: 'operator', system_account: system.getPublicKey() });
  const systemToken = sign(operator, system, { type: 'account', limits: unlimited });
  const accountToken = sign(operator, account, { type: 'account', limits: { ...unlimited, ...jetstream } });
  return {
    configuration: [
      `operator: ${operatorToken}`,
      `system_account: ${system.getPublicKey()}`,
      'resolver: MEMORY',
      `resolver_preload: { ${system.getPublicKey()}: ${systemToken}, ${account.getPublicKey()}: ${accountToken} }`,
    ],
    credentials: credentialsOf(account),
    strangersCredentials: credentialsOf(stranger),
  };
}

function credentialsOf(account: KeyPair): string {
  const user = nkeys.createUser();
  const token = sign(account, user, { type: 'user', pub: {}, sub: {}, subs: -1, data: -1, payload: -1 });
  const block = (what: string, text: string): string => `-----BEGIN ${what}-----\n${text}\n------END ${what}------\n`;
  return block('NATS USER JWT', token) + block('USER NKEY SEED', new TextDecoder().decode(user.getSeed()));
}

function sign(issuer: KeyPair, subject: KeyPair, claims: object): string {
  const [iss, sub] = [issuer.getPublicKey(), subject.getPublicKey()];
  const body = { iat: Math.floor(Date.now() / 1_000), iss, sub, name: 'test', nats: { ...claims, version: 2 } };
  const jti = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${encode({ typ: 'JWT', alg: 'ed25519-nkey' })}.${encode({ jti, ...body })}`;
  return `${unsigned}.${Buffer.from(issuer.sign(Buffer.from(unsigned))).toString('base64url')}`;
}
