import { randomUUID } from 'node:crypto';
import type { Claim, ClaimOptions, Claimed, FailedClaim, Inbox, InboxEntry, InboxStatus } from '../core/ports/inbox.js';
import type { StoreChanged } from '../core/ports/store.js';
import { limits } from '../core/message/limits.js';
import { Claimable, type Found } from './claimable.js';
import { prepared, type Database } from './database.js';
import { addSql, addValues, claimedOf, type AddedRow } from './entries.js';
import { failureOf, heldStatements, type HeldStatements } from './held.js';
import { heldValues, refValues } from './refs.js';
import type { Statement } from './session.js';
import { inboxStatus } from './status.js';
import { claimsOf, lineOf, takeLineSql, takeSql, type ClaimedRow, type FollowingRow } from './take.js';

interface InboxStatements extends HeldStatements {
  readonly add: Statement;
  readonly take: Statement;
  readonly takeLine: Statement;
}

export function inboxStatements(schema: string): InboxStatements {
  return {
    add: prepared(addSql(schema)),
    take: prepared(takeSql(schema)),
    takeLine: prepared(takeLineSql(schema)),
    ...heldStatements(schema),
  };
}

export class PostgresInbox implements Inbox {
  readonly #database: Database;
  readonly #schema: string;
  readonly #statements: InboxStatements;
  readonly #changed: StoreChanged;
  readonly #claimable: Claimable;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string, changed: StoreChanged) {
    this.#database = database;
    this.#schema = schema;
    this.#statements = inboxStatements(schema);
    this.#claimable = new Claimable(database, schema);
    this.#changed = changed;
  }

  async add(entries: readonly InboxEntry[], claim?: ClaimOptions): Promise<readonly Claim[]> {
    const lease = randomUUID();
    const values = addValues(entries, lease, claim);
    const { rows } = await this.#database.queryByIndex<AddedRow>(this.#statements.add, ...values);
    if (rows.some(({ state }) => state === 'ready')) this.#changed('inbox');
    return claimedOf(entries, rows, lease);
  }

  async claim(options: ClaimOptions): Promise<Claimed> {
    if (options.limit < 1 || options.listeners.size === 0) return { claims: [] };
    const found = await this.#claimable.find(options);
    const claims = found.refs.length === 0 ? [] : await this.#take(found, options);
    return { claims, nextDueInMs: found.nextDueInMs };
  }

  async #take(
    { refs, isSuspect }: Found,
    { holder, limit, leaseMs, takesFollowing = false }: ClaimOptions,
  ): Promise<readonly Claim[]> {
    const lease = randomUUID();
    const values = [...refValues(refs), leaseMs, lease, holder];
    if (takesFollowing && !isSuspect) return this.#takeFollowing(values, limit, lease);
    const { rows } = await this.#database.queryByIndex<ClaimedRow>(this.#statements.take, ...values);
    return claimsOf(rows, lease);
  }

  /** What was not claimed in one piece from the head of its lane on is released: another may have what is missing. */
  async #takeFollowing(values: readonly unknown[], limit: number, lease: string): Promise<readonly Claim[]> {
    const bounds = [limit, limits.batchBytes];
    const { rows } = await this.#database.queryByIndex<FollowingRow>(this.#statements.takeLine, ...values, ...bounds);
    const { whole, torn } = lineOf(rows, lease);
    if (torn.length > 0) await this.release(torn);
    return whole;
  }

  async extend(claims: readonly Claim[], leaseMs: number, isAlone = false): Promise<readonly Claim[]> {
    const { extend, end } = this.#statements;
    const values = [...heldValues(claims), leaseMs, isAlone];
    const { rows } = await this.#database.queryByIndex<{ seq: number }>(leaseMs > 0 ? extend : end, ...values);
    const extended = new Set(rows.map(({ seq }) => seq));
    return claims.filter(({ seq }) => !extended.has(seq));
  }

  async fail(claim: Claim, failure: FailedClaim): Promise<void> {
    const [statement, values] = failureOf(this.#statements, claim, failure);
    await this.#database.queryByIndex(statement, ...values);
  }

  async release(claims: readonly Claim[]): Promise<void> {
    await this.#database.queryByIndex(this.#statements.release, ...heldValues(claims));
  }

  status(limit?: number): Promise<InboxStatus> {
    return inboxStatus(this.#database, this.#schema, limit);
  }
}
