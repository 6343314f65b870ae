import { describeValue } from '../errors/describe.js';
import {
  checkedElsewhere,
  fields,
  listOf,
  ofType,
  oneOf,
  optionProblems,
  wholeNumber,
  type OptionChecks,
} from '../errors/options.js';
import { mostVersions, upcastProblems } from '../message/definition.js';
import { isSchema } from '../message/schema.js';
import { wireNameProblems } from '../message/wire-name.js';
import type { Correlation, SagaOptions } from './declaration.js';

const timeoutName = /^[a-z][a-zA-Z0-9-]{0,63}$/;

const sagaChecks: OptionChecks<SagaOptions<unknown, unknown, string>> = {
  // What it must be is said below, as for other schemas.
  state: checkedElsewhere(),
  timeouts: listOf('names, such as `unpaid`', (name) => typeof name === 'string' && timeoutName.test(name)),
  version: wholeNumber(1, mostVersions),
  upcast: fields(),
};

/** What is wrong with the declaration of a saga, one text per problem. */
export function sagaProblems(name: unknown, options: unknown): string[] {
  const given = Object(options) as Partial<SagaOptions<unknown, unknown, string>>;
  return [
    ...wireNameProblems(name).map((problem) => problem.replace('wire name', 'name')),
    ...optionProblems(options, sagaChecks, ['state']),
    ...(!Object.hasOwn(given, 'state') || isSchema(given.state)
      ? []
      : [`\`state\` is ${describeValue(given.state)}, but must be a schema`]),
    ...upcastProblems({ version: given.version ?? 1, upcast: given.upcast ?? {} }),
  ];
}

const keyChecks = { key: ofType('function') };
const correlationChecks: OptionChecks<Correlation<never>> = { ...keyChecks, early: oneOf('wait', 'ignore', 'dead') };

/** What is wrong with how an event finds its saga, one text per problem. */
export function correlationProblems(by: unknown, canBeEarly: boolean): string[] {
  return optionProblems(by, canBeEarly ? correlationChecks : keyChecks);
}
