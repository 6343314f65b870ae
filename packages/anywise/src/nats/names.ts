import { AnywiseError } from '../core/errors/errors.js';
import type { Envelope } from '../core/message/envelope.js';
import { shortVersionOf } from '../kit/subscriptions.js';

const subjectPattern = /^[\w-]+(?:\.[\w-]+)*$/;

/** A text as one token of a subject: `=` and a hexadecimal number replace what NATS does not allow there. */
function token(text: string): string {
  return text.replace(/[^\w-]/g, (character) => `=${character.charCodeAt(0).toString(16)}`);
}

export function notInSubject(type: string): AnywiseError {
  return new AnywiseError('INVALID_ENVELOPE', `The type \`${type}\` cannot be part of a NATS subject.`);
}

/** The subjects of streams and positions that begin with a prefix. */
export class Names {
  readonly stream: string;
  readonly positions: string;

  constructor(readonly prefix: string) {
    this.stream = prefix;
    this.positions = `${prefix}-positions`;
  }

  get streamSubjects(): string[] {
    return [`${this.prefix}.event.>`, `${this.prefix}.command.>`];
  }

  get positionSubjects(): string[] {
    return [`${this.prefix}.position.>`];
  }

  /** `undefined` for a type that cannot be in a subject. */
  subjectOf({ kind, type }: Envelope): string | undefined {
    return subjectPattern.test(type) ? `${this.prefix}.${kind}.${type}` : undefined;
  }

  /** The kind and the type that a subject names. */
  readSubject(subject: string): { readonly kind: string; readonly type: string } {
    const [kind = '', ...type] = subject.slice(this.prefix.length + 1).split('.');
    return { kind, type: type.join('.') };
  }

  /** The subject of a consumer's position. Each version of it, known by the types it wants, has its own. */
  position(consumer: string, types: readonly string[]): string {
    return `${this.prefix}.position.${token(consumer)}.${shortVersionOf(types)}`;
  }

  /** The positions of all versions of a consumer. */
  positionsOf(consumer: string): string {
    return `${this.prefix}.position.${token(consumer)}.*`;
  }

  /** The service of a position, as its subject spells it. */
  serviceOf(position: string): string {
    return position.slice(`${this.prefix}.position.`.length).replace(/\.[^.]*$/, '');
  }

  /** Where an instance answers for as long as it lives. */
  alive(consumer: string, nonce: string): string {
    return this.aliveAs(token(consumer), nonce);
  }

  /** The same, of a service as a subject spells it. */
  aliveAs(service: string, nonce: string): string {
    return `${this.prefix}.alive.${service}.${nonce}`;
  }

  /**
   * Where requests of a type are answered.
   *
   * @throws AnywiseError (`INVALID_ENVELOPE`) for a type that cannot be in a subject.
   */
  ask(type: string): string {
    if (subjectPattern.test(type)) return `${this.prefix}.ask.${type}`;
    throw notInSubject(type);
  }

  /** Where the instances of a slice learn that a sender no longer waits for an answer. */
  cancel(slice: string): string {
    return `${this.prefix}.cancel.${token(slice)}`;
  }

  /** The queue group of a service: one of its instances gets each request. */
  queue(service: string): string {
    return token(service);
  }

  /** The subjects that a consumer wants: its types, and every command for it. None of them covers another. */
  filters(consumer: string, types: readonly string[]): string[] {
    const own = `${consumer}.`;
    const ofOthers = types.filter((type) => !type.startsWith(own));
    return [
      ...types.map((type) => `${this.prefix}.event.${type}`),
      ...ofOthers.map((type) => `${this.prefix}.command.${type}`),
      `${this.prefix}.command.${token(consumer)}.>`,
    ];
  }
}
