import { randomBytes } from 'node:crypto';
import type { Envelope } from '../core/message/envelope.js';
import { limits } from '../core/message/limits.js';
import type { Abortable } from '../core/time/lazy-signal.js';
import { isDeadHolder } from '../kit/lease-holder.js';
import { connectionLost, noResponder, PendingRequests, type Ask } from '../kit/pending-requests.js';
import { Pump } from '../kit/pump.js';
import type { Database } from './database.js';
import { answerChannel, askChannel, mostAtOnce, type RequestStatements } from './request-statements.js';
import type { Hearing } from './signal.js';
import { Suspects } from './suspects.js';
import { textValues } from './texts.js';
import { Together } from './together.js';

/** What requests and answers go through. */
export interface RequestRows {
  readonly database: Database;
  readonly hearing: Hearing;
  readonly statements: RequestStatements;
  /** The unquoted name. */
  readonly schema: string;
}

/** What requests of a type are lost with: a crash of the server empties their tables, which then have another epoch. */
interface Route {
  readonly type: string;
  readonly epoch: string;
}

interface TypeRow {
  readonly type: string;
  readonly holders: readonly string[];
  readonly epoch: string;
}

interface OrphanRow {
  readonly missed: readonly string[] | null;
  readonly ticket: string | null;
  readonly type: string;
}

interface AnswerRow {
  readonly epoch: string | null;
  readonly ticket: string | null;
  readonly envelope: string;
}

/** How often answers are looked for, should a notice be missed. */
const pollMs = 250;
/** The same while nothing is asked. */
const idleMs = 3_600_000;
/** How often requests that nothing has answered are looked after, whether an instance is left that could. */
const probeMs = 500;
/** How long a request is kept whose sender does not say how long it waits. */
const lifetimeMs = 3_600_000;

/** Asks through rows, and takes the answers that are addressed to it. */
export class Asker {
  readonly #connect: () => Promise<RequestRows>;
  readonly #pending: PendingRequests<Route>;
  readonly #replyTo = randomBytes(8).toString('hex');
  readonly #asks: Together<Ask, string | undefined>;
  readonly #cancels: Together<readonly [ticket: string, type: string], undefined>;
  readonly #pump = new Pump({ turn: () => this.#take(), onError: () => undefined });
  readonly #routes = new Map<string, Route>();
  readonly #suspects = new Suspects();
  #unhear: (() => void) | undefined;
  #probedAt = 0;

  constructor(connect: () => Promise<RequestRows>, maxBytes: number) {
    this.#connect = connect;
    this.#pending = new PendingRequests<Route>({
      maxBytes,
      send: (ask) => this.#send(ask),
      cancel: (ticket, { type }) => this.#cancels.add([ticket, type]),
    });
    this.#asks = new Together({
      bytesOf: ({ json }) => Buffer.byteLength(json),
      run: (asks) => this.#add(asks),
    });
    this.#cancels = new Together({
      bytesOf: () => 0,
      run: (cancelled) => this.#cancel(cancelled),
    });
  }

  ask(request: Envelope, signal: Abortable): Promise<Envelope> {
    return this.#pending.ask(request, signal);
  }

  wake(): void {
    this.#pump.wake();
  }

  /** Fails what waits. Idempotent. */
  async close(): Promise<void> {
    await this.#pending.close();
    this.#unhear?.();
    await this.#pump.stop();
    await Promise.all([this.#asks.close(), this.#cancels.close()]);
  }

  async #send(ask: Ask): Promise<Route> {
    const { request } = ask;
    if (this.#pending.size === 1) this.#probedAt = performance.now();
    const { hearing } = await this.#connect();
    this.#unhear ??= hearing.on(answerChannel(this.#replyTo), () => this.#pump.wake());
    this.#pump.start();
    const epoch = await this.#asks.add(ask).catch((error: unknown) => {
      throw connectionLost(request, error);
    });
    if (epoch === undefined) throw noResponder(request.type);
    // Its answer may have come before it was known to wait here.
    this.#pump.wake();
    return this.#routeOf(request.type, epoch);
  }

  #routeOf(type: string, epoch: string): Route {
    const key = JSON.stringify([type, epoch]);
    const route = this.#routes.get(key) ?? { type, epoch };
    this.#routes.set(key, route);
    return route;
  }

  /** The epoch for each request that was added; `undefined` for one that no instance answers. */
  async #add(asks: readonly Ask[]): Promise<readonly (string | undefined)[]> {
    const { database, statements, schema } = await this.#connect();
    const types = asks.map(({ request }) => request.type);
    const { rows } = await database.query<TypeRow>(
      statements.ask,
      asks.map(({ ticket }) => ticket),
      types,
      types.map((type) => askChannel(schema, type)),
      asks.map(({ request }) => request.timeoutms ?? lifetimeMs),
      ...textValues(asks.map(({ json }) => json)),
      this.#replyTo,
    );
    const known = new Map(rows.map((row) => [row.type, row]));
    const forgotten = await this.#forgetDead(asks, known);
    return asks.map(({ ticket, request }) => (forgotten.has(ticket) ? undefined : known.get(request.type)?.epoch));
  }

  /** Takes back what was added for processes of this machine that are dead. */
  async #forgetDead(asks: readonly Ask[], known: ReadonlyMap<string, TypeRow>): Promise<ReadonlySet<string>> {
    const dead = new Set([...known.values()].flatMap(({ holders }) => holders).filter(isDeadHolder));
    if (dead.size === 0) return new Set();
    const { database, statements } = await this.#connect();
    const inVain = asks.filter(({ request }) => known.get(request.type)?.holders.every((holder) => dead.has(holder)));
    const tickets = inVain.map(({ ticket }) => ticket);
    const { rows } = await database.query<{ ticket: string }>(statements.forget, [...dead], tickets);
    return new Set(rows.map(({ ticket }) => ticket));
  }

  async #cancel(cancelled: readonly (readonly [ticket: string, type: string])[]): Promise<readonly undefined[]> {
    const { database, statements, schema } = await this.#connect();
    const tickets = cancelled.map(([ticket]) => ticket);
    const channels = cancelled.map(([, type]) => askChannel(schema, type));
    await database.query(statements.cancel, tickets, channels);
    return [];
  }

  async #take(): Promise<number> {
    if (this.#pending.size === 0) return idleMs;
    const { database, statements } = await this.#connect();
    await this.#failOrphans();
    const before = [...this.#routes];
    const { rows } = await database.query<AnswerRow>(statements.takeAnswers, this.#replyTo);
    let bytes = 0;
    for (const { ticket, envelope } of rows) {
      if (ticket === null) continue;
      bytes += envelope.length;
      this.#pending.settle(ticket, envelope);
    }
    for (const [key, route] of before) if (route.epoch !== rows[0]?.epoch) this.#lose(key, route);
    return rows.length >= mostAtOnce || bytes > limits.batchBytes / 2 ? 0 : pollMs;
  }

  /** Fails the requests that wait for instances of which none is left. */
  async #failOrphans(): Promise<void> {
    if (performance.now() < this.#probedAt + probeMs) return;
    this.#probedAt = performance.now();
    const { database, statements } = await this.#connect();
    const gone = this.#suspects.goneAt(performance.now());
    const { rows } = await database.query<OrphanRow>(statements.takeOrphans, this.#replyTo, gone);
    this.#suspects.miss(rows[0]?.missed ?? [], performance.now());
    for (const { ticket, type } of rows) if (ticket !== null) this.#pending.fail(ticket, noResponder(type));
  }

  #lose(key: string, route: Route): void {
    this.#routes.delete(key);
    this.#pending.lose(new Error('the server has crashed, and with it went what had been asked'), route);
  }
}
