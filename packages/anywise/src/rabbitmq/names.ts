import type { Envelope, EnvelopeKind } from '../core/message/envelope.js';

/** The longest name or routing key that AMQP carries, in bytes. */
export const longestName = 255;

/** A text as one word of a routing key: `=` and a hexadecimal number replace what has a meaning there. */
function token(text: string): string {
  return text.replace(/[^\w-]/g, (character) => `=${character.charCodeAt(0).toString(16)}`);
}

/** The names of exchange, queues and routing keys that belong to a prefix. */
export class Names {
  constructor(readonly prefix: string) {}

  get exchange(): string {
    return this.prefix;
  }

  /** Through which requests go. */
  get askExchange(): string {
    return `${this.prefix}.ask`;
  }

  /** The queue of the requests of one type. It is there for as long as somebody answers them. */
  askQueue(type: string): string {
    return `${this.prefix}.ask.${type}`;
  }

  /** The queue of one that answers, for what its askers have given up. */
  cancelQueue(service: string, nonce: string): string {
    return `${this.prefix}.ask.${token(service)}.cancelled-${nonce}`;
  }

  /** The routing key of what was given up; no type has a space in it. */
  cancelKey(service: string): string {
    return `cancelled ${token(service)}`;
  }

  /** The queue of a service. */
  queueOf(consumer: string): string {
    return `${this.prefix}.${token(consumer)}`;
  }

  /** `undefined` for a type that cannot be in a routing key. */
  keyOf({ kind, type }: Pick<Envelope, 'kind' | 'type'>): string | undefined {
    const key = `${kind}.${type}`;
    return /^[\w-]+(?:\.[\w-]+)*$/.test(type) && key.length <= longestName ? key : undefined;
  }

  /** The kind and the type that a routing key names. */
  readKey(key: string): Pick<Envelope, 'kind' | 'type'> {
    const [kind = '', ...type] = key.split('.');
    return { kind: kind as EnvelopeKind, type: type.join('.') };
  }

  /** The routing keys that a consumer wants. None can be of a type without a key. */
  bindingsOf(consumer: string, types: readonly string[]): string[] {
    const own = `${consumer}.`;
    const ofOthers = types.filter((type) => !type.startsWith(own));
    const keys = [
      ...types.map((type) => this.keyOf({ kind: 'event', type })),
      ...ofOthers.map((type) => this.keyOf({ kind: 'command', type })),
    ];
    return [...keys.filter((key) => key !== undefined), this.commandsFor(consumer), this.joinedKey(consumer)];
  }

  /** The routing key of what an instance says to the others of its service when it takes its place in their line. */
  joinedKey(consumer: string): string {
    return `joined.${token(consumer)}`;
  }

  /** The routing key of every command for a service. */
  commandsFor(consumer: string): string {
    return `command.${token(consumer)}.#`;
  }
}
