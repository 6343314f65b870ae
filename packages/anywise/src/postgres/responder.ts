import { randomBytes, randomUUID } from 'node:crypto';
import { limits } from '../core/message/limits.js';
import type { Answer, ServeOptions } from '../core/ports/transport.js';
import { sleep } from '../core/time/timers.js';
import { Answering } from '../kit/answering.js';
import { repeatEvery } from '../kit/interval.js';
import { holderName } from '../kit/lease-holder.js';
import { Pump } from '../kit/pump.js';
import { endsWithin } from '../kit/wait.js';
import type { RequestRows } from './asker.js';
import { askChannel } from './request-statements.js';
import type { Statement } from './session.js';
import { textValues } from './texts.js';
import { Together } from './together.js';

interface AskRow {
  readonly seq: number;
  readonly ticket: string;
  readonly reply_to: string;
  readonly envelope: string;
  /** How long its sender still waits, in milliseconds. */
  readonly lifetime: number;
}

interface Answered {
  readonly to: AskRow;
  readonly json: string;
}

/** How often requests are looked for: while notices of them arrive, should one be missed all the same; and otherwise. */
const [heardPollMs, deafPollMs] = [5_000, 250];
/** How long it waits until notices arrive, before it takes requests without them. */
const listenMs = 1_000;
/** How often a responder says that it is there. */
const beatMs = 5_000;
/** How many requests are remembered that were given up before they were seen here. */
const mostGivenUp = 1_000;
const [firstPauseMs, longestPauseMs] = [100, 2_000];

/** Answers the requests of some types, until it is closed. */
export class Responder {
  readonly #rows: RequestRows;
  readonly #options: ServeOptions;
  readonly #types: readonly string[];
  readonly #holder = holderName(randomBytes(4).toString('hex'));
  readonly #answering: Answering;
  readonly #answers: Together<Answered, undefined>;
  readonly #pump: Pump;
  /** The tickets of requests that were given up while they were on their way here. */
  readonly #givenUp = new Set<string>();
  readonly #unhear: (() => void)[] = [];
  #stopBeating: () => Promise<void> = async () => undefined;
  #beating: Promise<void> | undefined;
  #isFull = false;
  #closing: Promise<void> | undefined;

  constructor(rows: RequestRows, options: ServeOptions & { readonly answer: Answer; readonly maxBytes: number }) {
    const { service, types, answer, maxBytes, onError } = options;
    this.#rows = rows;
    this.#options = options;
    this.#types = [...new Set(types)].sort();
    this.#answering = new Answering({ service, answer, maxBytes, onError });
    this.#answers = new Together({
      bytesOf: ({ json }) => Buffer.byteLength(json),
      run: (answers) => this.#store(answers),
    });
    this.#pump = new Pump({ turn: () => this.#take(), onError });
  }

  /** Resolves once requests are taken. */
  async open(): Promise<void> {
    const { hearing, schema } = this.#rows;
    await this.#beat();
    this.#stopBeating = repeatEvery(() => this.#beat(), { everyMs: beatMs, onError: this.#options.onError });
    const listening = this.#types.map(
      (type) =>
        new Promise<void>((resolve) => {
          const hear = (ticket: string | undefined): void => {
            if (ticket === undefined) resolve();
            this.#hear(ticket);
          };
          this.#unhear.push(hearing.on(askChannel(schema, type), hear));
        }),
    );
    // Nobody would hear that a request was given up which was taken before.
    await endsWithin(listenMs, Promise.all(listening));
    if (this.#closing === undefined) this.#pump.start();
  }

  /** Takes no more, and resolves when what is in hand is answered. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  wake(): void {
    this.#pump.wake();
  }

  async #close(): Promise<void> {
    const { database, statements } = this.#rows;
    await Promise.all([this.#stopBeating(), this.#beating]);
    await this.#pump.stop();
    try {
      await database.query(statements.leave, this.#holder);
      const answered = this.#answering.close();
      // Requests that no other instance will answer. Taken now, they are answered with `NO_RESPONDER`.
      this.#hand(await this.#claim(statements.claimOrphans));
      await answered;
    } catch (error) {
      // It counts as gone when it has said nothing for a while.
      this.#options.onError(error);
    }
    await this.#answering.close();
    for (const unhear of this.#unhear) unhear();
    await this.#answers.close();
  }

  async #beat(): Promise<void> {
    const { database, hearing, statements } = this.#rows;
    await database.query(statements.beat, this.#types, this.#holder, randomUUID(), hearing.pid ?? null);
  }

  #hear(ticket: string | undefined): void {
    // The connection by which others know that this process lives has ended or begun; after a crash no responder is known.
    if (ticket === undefined && this.#closing === undefined) this.#beatNow();
    if (ticket === undefined || ticket === '') this.#pump.wake();
    else this.#giveUp(ticket);
  }

  /** Once, although it is heard for each type. */
  #beatNow(): void {
    this.#beating ??= this.#beat()
      .catch(this.#options.onError)
      .finally(() => (this.#beating = undefined));
  }

  #giveUp(ticket: string): void {
    this.#answering.cancel(ticket);
    if (this.#givenUp.size >= mostGivenUp) this.#givenUp.clear();
    this.#givenUp.add(ticket);
  }

  async #take(): Promise<number> {
    const free = this.#options.concurrency - this.#answering.size;
    this.#isFull = free <= 0;
    if (this.#isFull) return deafPollMs;
    const asked = await this.#claim(this.#rows.statements.claim, free);
    this.#isFull = asked.length >= free;
    this.#hand(asked);
    // There may be more that did not fit into a batch.
    const bytes = asked.reduce((total, { envelope }) => total + envelope.length, 0);
    if (bytes > limits.batchBytes / 2) return 0;
    return this.#rows.hearing.hears ? heardPollMs : deafPollMs;
  }

  async #claim(statement: Statement, ...values: readonly number[]): Promise<readonly AskRow[]> {
    const { rows } = await this.#rows.database.query<AskRow>(statement, this.#types, ...values);
    return [...rows].sort((a, b) => a.seq - b.seq);
  }

  #hand(asked: readonly AskRow[]): void {
    for (const row of asked) {
      const { ticket, envelope } = row;
      if (this.#givenUp.delete(ticket)) continue;
      this.#answering.take({ ticket, text: envelope, reply: (json) => this.#reply({ to: row, json }) });
    }
  }

  /** Tries as long as the sender waits: an answer that is there already does no harm. */
  async #reply(answered: Answered): Promise<void> {
    const deadline = performance.now() + answered.to.lifetime;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        await this.#answers.add(answered);
        // There is a place for another one, as soon as this has returned.
        if (this.#isFull) setImmediate(() => this.#pump.wake());
        return;
      } catch (error) {
        if (this.#closing !== undefined || performance.now() > deadline) throw error;
        this.#options.onError(error);
        await sleep(pauseMs, { keepsAlive: false });
      }
    }
  }

  async #store(answers: readonly Answered[]): Promise<readonly undefined[]> {
    const { database, statements } = this.#rows;
    await database.query(
      statements.answer,
      answers.map(({ to }) => to.reply_to),
      answers.map(({ to }) => to.ticket),
      answers.map(({ to }) => to.lifetime),
      ...textValues(answers.map(({ json }) => json)),
    );
    return [];
  }
}
