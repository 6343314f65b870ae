import { AnywiseError } from '../core/errors/errors.js';
import { stateOf } from './client.js';
import { prepared } from './database.js';
import { numberPlaceholders } from './placeholders.js';
import type { Statement } from './session.js';

/** How many texts are remembered, and how many are prepared: texts made on the fly must fill neither memory nor server. */
const rememberedAtMost = 1_000;
const preparedAtMost = 200;

/** The statements of handlers, with numbered placeholders. Those that come again are prepared. */
export class HandlerStatements {
  readonly #seen = new Map<string, Statement>();
  #prepared = new Map<string, Statement>();
  /** A part of the names, so that no statement is run by what was prepared before. */
  #generation = 0;

  of(sql: string): Statement {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const seen = this.#seen.get(sql);
    if (seen === undefined) return this.#remember(sql, { text: numberPlaceholders(sql) });
    if (this.#prepared.size === preparedAtMost) return seen;
    const statement = { ...seen, name: `${prepared(seen.text).name ?? ''}_${this.#generation}` };
    this.#prepared.set(sql, statement);
    return statement;
  }

  /**
   * What a handler is told of a failed statement. After a migration by a newer version, PostgreSQL refuses a prepared `SELECT *`
   * once on each connection; then all are prepared anew, and the message is retried.
   */
  explain(error: unknown): unknown {
    if (!isOutdated(error)) return error;
    this.#generation++;
    this.#prepared = new Map();
    return new AnywiseError('UNAVAILABLE', 'A table has changed since this statement was prepared. Send it again.', {
      cause: error,
      retryable: true,
    });
  }

  #remember(sql: string, statement: Statement): Statement {
    if (this.#seen.size === rememberedAtMost) this.#seen.clear();
    this.#seen.set(sql, statement);
    return statement;
  }
}

function isOutdated(error: unknown): boolean {
  return stateOf(error) === '0A000' && (error as { readonly routine?: unknown }).routine === 'RevalidateCachedQuery';
}
