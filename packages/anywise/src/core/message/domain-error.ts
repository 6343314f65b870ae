import { describeValue } from '../errors/describe.js';
import { InvalidMessageError, SetupError } from '../errors/errors.js';
import { checkedElsewhere, optionProblems } from '../errors/options.js';
import { hasBrand } from '../errors/thrown.js';
import { jsonIssues } from './json.js';
import { schemaProblems } from './schema-problems.js';
import { validate, type StandardSchema, type Typed } from './schema.js';
import { wireNameProblems } from './wire-name.js';

const brand = Symbol.for('anywise.domain-error');

/**
 * The base of errors that belong to a contract: a command declares them, its caller gets them typed. Never retried, because
 * a business rule decided.
 */
export abstract class DomainError extends Error {
  /** Its stable wire name. */
  abstract readonly type: string;
  /** The error's data besides its text, as its schema describes it. */
  abstract readonly data: unknown;
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    Object.defineProperty(this, brand, { value: true });
  }

  /** Recognises errors of any installed copy of this package. */
  static is(error: unknown): error is DomainError {
    return hasBrand(error, brand);
  }
}

/** The class that {@link domainError} returns. */
export interface DomainErrorClass<Type extends string = string, In = never, Out = unknown> {
  new (data: In): DomainError & { readonly type: Type; readonly data: Out };
  readonly type: Type;
  /** The schema of its data. */
  readonly schema?: StandardSchema;
}

/**
 * Declares an error that is part of a contract. Its data travels to the sender, so it must be JSON.
 *
 * @param type the stable wire name, `<slice>.<kebab-name>`; never change it.
 * @throws SetupError (`INVALID_CONTRACT`) that lists everything that is wrong with the declaration.
 * @example
 * class PaymentDeclined extends domainError('payments.payment-declined', {
 *   data: z.object({ reason: z.string() }),
 *   message: ({ reason }) => `the payment was declined: ${reason}`,
 * }) {}
 */
export function domainError<const Type extends string, In, Out>(
  type: Type,
  options: { readonly data: Typed<In, Out>; readonly message: (data: Out) => string },
): DomainErrorClass<Type, In, Out> {
  const problems = [...wireNameProblems(type), ...optionProblemsOf(options)];
  if (problems.length > 0) throw new SetupError('INVALID_CONTRACT', `The domain error \`${type}\``, problems);
  const schema = options.data as StandardSchema<In, Out>;
  return class extends DomainError {
    static readonly type: Type = type;
    static readonly schema: StandardSchema = schema;
    override readonly name = type;
    readonly type: Type = type;
    readonly data: Out;

    constructor(data: In) {
      const valid = validate(type, schema, data);
      const issues = jsonIssues(valid);
      if (issues.length > 0) throw new InvalidMessageError(type, issues);
      super(options.message(valid));
      this.data = valid;
    }
  };
}

function optionProblemsOf(options: unknown): string[] {
  const { data, message } = Object(options) as { readonly data?: unknown; readonly message?: unknown };
  return [
    ...optionProblems(options, { data: checkedElsewhere(), message: checkedElsewhere() }),
    ...(data === undefined ? ['it has no `data`; give it a schema'] : schemaProblems('data', data, true)),
    ...(typeof message === 'function' ? [] : [`\`message\` is ${describeValue(message)}, but must be a function`]),
  ];
}
