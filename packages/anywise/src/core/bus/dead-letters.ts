import type { Codec } from '../message/codec.js';
import type { DeadLetter, DeadLetterFilter, DeadLetterPage, DeadLetters, InboxRef } from '../ports/dead-letters.js';
import {
  anyText,
  checkOptions,
  longestRetentionMs,
  milliseconds,
  wholeNumber,
  withDefaults,
  type OptionChecks,
} from '../errors/options.js';
import { envelopeIn, parseEnvelope, type Envelope } from '../message/envelope.js';
import { assertJson, isJson, jsonIssues } from '../message/json.js';
import { AnywiseError, InvalidMessageError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';

const subject = '`deadLetters`';
const refChecks: OptionChecks<InboxRef> = { id: anyText(), source: anyText(), listener: anyText() };
const filterChecks: OptionChecks<DeadLetterFilter> = {
  ...refChecks,
  type: anyText(),
  error: anyText(),
  olderThanMs: milliseconds(0, longestRetentionMs),
  upTo: wholeNumber(0),
};
const pageChecks: OptionChecks<DeadLetterPage> = { limit: wholeNumber(1, 100_000), after: wholeNumber(0) };

/**
 * The dead letters of one bus. A replayed one is handled here or in another process of the service, whichever claims it
 * first, and has all its attempts again.
 */
export class BusDeadLetters {
  readonly #store: () => DeadLetters;
  readonly #codec: Codec;

  constructor(store: () => DeadLetters, codec: Codec) {
    this.#store = store;
    this.#codec = codec;
  }

  /**
   * One page of them, the oldest first. Large messages make a page shorter than its `limit`; only an empty page is the end.
   *
   * @param page `limit` is 100 if absent; `after` is the `seq` of the last one seen.
   */
  async list(filter: DeadLetterFilter = {}, page: Partial<DeadLetterPage> = {}): Promise<readonly DeadLetter[]> {
    checkOptions(subject, filter, filterChecks);
    checkOptions(subject, page, pageChecks);
    return this.#store().list(filter, withDefaults(page, { limit: 100 }));
  }

  /** How many there are. */
  async count(filter: DeadLetterFilter = {}): Promise<number> {
    checkOptions(subject, filter, filterChecks);
    return this.#store().count(filter);
  }

  /** One dead letter; `undefined` if it does not exist. */
  async find({ id, source, listener }: InboxRef): Promise<DeadLetter | undefined> {
    // A whole dead letter may be given; without one of the two, it would be any.
    checkOptions(subject, { id, source, listener }, refChecks, ['id', 'listener']);
    const [letter] = await this.#store().list({ id, source, listener }, { limit: 1 });
    return letter;
  }

  /** Makes dead letters due again; `{}` selects all of them. Returns how many. */
  async replay(filter: DeadLetterFilter): Promise<number> {
    checkOptions(subject, filter, filterChecks);
    return this.#store().replay(filter);
  }

  /** Discards dead letters for good and releases what waits for them; `{}` selects all of them. Returns how many. */
  async discard(filter: DeadLetterFilter): Promise<number> {
    checkOptions(subject, filter, filterChecks);
    return this.#store().discard(filter);
  }

  /**
   * Replaces the data of a dead letter, in the version in which it arrived; the original is kept. Replay it afterwards. If
   * it could not be read, pass a whole envelope instead.
   *
   * @throws InvalidMessageError if JSON cannot represent the data, or the message's contract rejects it; then nothing is changed.
   * @throws AnywiseError (`UNREADABLE_MESSAGE`) if the envelope still cannot be read.
   * @throws AnywiseError (`NOT_FOUND`) if there is no such dead letter.
   */
  async edit(ref: InboxRef, data: unknown): Promise<void> {
    const letter = await this.find(ref);
    if (letter === undefined || !(await this.#store().edit(ref, this.check(letter, data)))) throw gone(ref);
  }

  /**
   * Checks new data for a dead letter as `edit` does, and changes nothing, for a form that shows what is wrong first.
   *
   * @returns the whole envelope that `edit` would keep, as JSON.
   * @throws InvalidMessageError if JSON cannot represent the data, or the message's contract rejects it.
   * @throws AnywiseError (`UNREADABLE_MESSAGE`) if the envelope still cannot be read.
   */
  check({ json }: Pick<DeadLetter, 'json'>, data: unknown): string {
    const envelope = envelopeIn(json);
    const edited =
      envelope === undefined ? textOf(data) : JSON.stringify({ ...envelope, data: checked(envelope, data) });
    this.#codec.decode(parseEnvelope(edited));
    return edited;
  }

  /**
   * The data of a dead letter as its listener would get it now: upcast to the version that this process knows, and validated.
   *
   * @throws InvalidMessageError if the message's contract rejects the data.
   * @throws AnywiseError (`UNREADABLE_MESSAGE`, `UNKNOWN_MESSAGE`) if it cannot be read here.
   */
  read({ json }: Pick<DeadLetter, 'json'>): unknown {
    return Object.assign({}, this.#codec.decode(parseEnvelope(json)));
  }
}

function gone({ id, listener }: InboxRef): AnywiseError {
  return new AnywiseError(
    'NOT_FOUND',
    `\`${listener}\` has no dead letter ${id}. It was replayed or discarded; list what there is.`,
  );
}

/** @throws InvalidMessageError that names each part that JSON cannot represent. */
function checked({ type }: Envelope, data: unknown): unknown {
  if (typeof data === 'object' && data !== null) assertJson(type, data);
  else if (!isJson(data)) throw new InvalidMessageError(type, jsonIssues(data));
  return data;
}

/** A whole envelope as JSON. @throws AnywiseError (`UNREADABLE_MESSAGE`) if it has none. */
function textOf(envelope: unknown): string {
  try {
    const json = JSON.stringify(envelope) as string | undefined;
    return json ?? 'undefined';
  } catch (cause) {
    const text = `An envelope cannot be written as JSON: ${errorText(cause)}`;
    throw new AnywiseError('UNREADABLE_MESSAGE', text, { cause });
  }
}
