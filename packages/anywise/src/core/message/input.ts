/** Adds a private field to an object that exists already: what a constructor returns is what its subclass initialises. */
const Existing = function (object: object) {
  return object;
} as unknown as new (object: object) => object;

class Made extends Existing {
  readonly #input: unknown;

  constructor(message: object, input: unknown) {
    super(message);
    this.#input = input;
  }

  static inputOf(message: object): unknown {
    return #input in message ? message.#input : message;
  }
}

/**
 * Remembers what a message was made of where its schema changed it. Most schemas change nothing, and a field for each message
 * would double what it costs to make one.
 */
export function rememberInput(message: object, input: unknown, data: object): void {
  if (input === data || hasFieldsOf(input, data)) return;
  new Made(message, isObject(input) ? { ...input } : input);
}

/** What a message was made of: the message itself where its schema changed nothing. */
export function inputOf(message: object): unknown {
  return Made.inputOf(message);
}

function hasFieldsOf(input: unknown, data: object): boolean {
  if (!isObject(input)) return false;
  return Object.entries(data).every(([name, value]) => input[name] === value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
