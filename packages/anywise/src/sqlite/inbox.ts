import { randomUUID } from 'node:crypto';
import { isDeadHolder } from '../kit/lease-holder.js';
import { searchAgainIn } from '../kit/next-due.js';
import type { Claim, ClaimOptions, Claimed, FailedClaim, Inbox, InboxEntry, InboxStatus } from '../core/ports/inbox.js';
import type { StoreChanged } from '../core/ports/store.js';
import { Claimable, unblocked } from './claimable.js';
import type { Connection, Connections } from './client.js';
import type { Database } from './database.js';
import { insertClaimed, insertEntry } from './entries.js';
import { withFollowing } from './following.js';
import { extendClaims, failClaim, releaseClaims } from './held.js';
import { now } from './sql.js';
import { inboxStatus } from './status.js';
import { take, takeSuspect } from './take.js';
import type { Writer } from './writer.js';

export class SqliteInbox implements Inbox {
  readonly #connections: Connections;
  readonly #writer: Writer;
  readonly #changed: StoreChanged;
  readonly #claimable = new Claimable();
  /** The listeners whose last search found something of theirs: the next one skips the check. */
  readonly #busy = new Set<string>();

  constructor({ connections, writer }: Database, changed: StoreChanged) {
    this.#connections = connections;
    this.#writer = writer;
    this.#changed = changed;
  }

  async add(entries: readonly InboxEntry[], claim?: ClaimOptions): Promise<readonly Claim[]> {
    const { claims, isLeft } = await this.#writer.run(() => this.#add(entries, claim));
    if (isLeft) this.#changed('inbox');
    return claims;
  }

  #add(entries: readonly InboxEntry[], claim: ClaimOptions | undefined): { claims: Claim[]; isLeft: boolean } {
    const { writer } = this.#connections;
    const claims: Claim[] = [];
    const places = new Map(claim?.listeners);
    const mayClaim = new Set(unblocked(writer, [...places.keys()]));
    const lease = randomUUID();
    const atMs = this.#writer.nowMs;
    /** The keys, behind their listeners, of which messages may follow those that were claimed here. */
    const open = new Set<string>();
    const takesFollowing = claim?.takesFollowing === true;
    let isLeft = false;
    for (const entry of entries) {
      const { listener, key, error } = entry;
      const wants = claim !== undefined && claims.length < claim.limit && error === undefined;
      const left = places.get(listener) ?? 0;
      const isClaimed = wants && left > 0 && mayClaim.has(listener);
      const line = takesFollowing && key !== undefined ? `${listener.length},${listener}${key}` : undefined;
      const follows = line !== undefined && open.has(line);
      const claimed = isClaimed ? insertClaimed(writer, entry, { ...claim, lease, atMs, follows }) : undefined;
      if (claimed !== undefined) {
        claims.push(claimed);
        places.set(listener, left - 1);
        if (line !== undefined) open.add(line);
      } else if (insertEntry(writer, entry, atMs)) isLeft = true;
    }
    return { claims, isLeft };
  }

  async claim(options: ClaimOptions): Promise<Claimed> {
    const { reader } = this.#connections;
    if (options.limit < 1 || options.listeners.size === 0) return { claims: [] };
    // What is due is found, and what is due later is known: nothing may become due in between.
    const { ms = 0 } = reader.get<{ ms: number }>(`SELECT ${now} AS ms`) ?? {};
    const others = this.#others(options.holder);
    const claims = await this.#take(options, others.filter(isDeadHolder));
    for (const listener of options.listeners.keys()) this.#busy.delete(listener);
    for (const { listener } of claims) this.#busy.add(listener);
    return { claims, nextDueInMs: claims.length > 0 ? 0 : nextDueIn(reader, ms, others.length > 0) };
  }

  async #take(options: ClaimOptions, dead: readonly string[]): Promise<readonly Claim[]> {
    const { listeners, limit, takesFollowing = false } = options;
    const { reader, writer } = this.#connections;
    const names = [...listeners.keys()];
    const isSuspect = dead.length > 0 || this.#claimable.findSuspect(reader, names) !== undefined;
    // A check costs no commit, so that an idle service writes nothing.
    const isBusy = names.some((name) => this.#busy.has(name));
    if (!isBusy && !isSuspect && !this.#claimable.any(reader, listeners)) return [];
    const lease = randomUUID();
    return this.#writer.run(() => {
      for (const name of dead)
        writer.run(`UPDATE anywise_inbox SET at = 0 WHERE state = 'running' AND holder = ?`, name);
      const suspect = isSuspect ? this.#claimable.findSuspect(writer, names) : undefined;
      if (suspect !== undefined) return takeSuspect(writer, suspect, options, lease);
      const heads = this.#claimable.find(writer, listeners, limit);
      return take(writer, takesFollowing ? withFollowing(writer, heads, limit) : heads, options, lease);
    });
  }

  async extend(claims: readonly Claim[], leaseMs: number, isAlone = false): Promise<readonly Claim[]> {
    return this.#writer.run(() => extendClaims(this.#connections.writer, claims, leaseMs, isAlone));
  }

  async fail(claim: Claim, failure: FailedClaim): Promise<void> {
    await this.#writer.run(() => failClaim(this.#connections.writer, claim, failure));
  }

  async release(claims: readonly Claim[]): Promise<void> {
    await this.#writer.run(() => releaseClaims(this.#connections.writer, claims));
  }

  async status(limit?: number): Promise<InboxStatus> {
    return inboxStatus(this.#connections.reader, limit);
  }

  /** The other holders that handle messages now. */
  #others(own: string): readonly string[] {
    const sql = `SELECT DISTINCT holder FROM anywise_inbox INDEXED BY anywise_inbox_running WHERE state = 'running' AND holder <> ? AND at > 0`;
    return this.#connections.reader.all<{ holder: string }>(sql, own).map(({ holder }) => holder);
  }
}

const nextSql = `
  SELECT min(at) AS at FROM (
    SELECT * FROM (
      SELECT at FROM anywise_inbox INDEXED BY anywise_inbox_ready WHERE state = 'ready' AND at > ?1 ORDER BY at LIMIT 1)
    UNION ALL
    SELECT min(at) FROM anywise_inbox INDEXED BY anywise_inbox_running WHERE state = 'running' AND at > ?1)`;

/** When it is worth searching again although nothing is committed until then, in milliseconds. */
function nextDueIn(reader: Connection, nowMs: number, othersRun: boolean): number | undefined {
  const at = reader.get<{ at: number | null }>(nextSql, nowMs)?.at ?? undefined;
  return searchAgainIn(at === undefined ? undefined : at - nowMs, othersRun);
}
