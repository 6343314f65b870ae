import { describeValue } from '../errors/describe.js';
import { textProblem } from '../message/envelope-problems.js';
import { declarationOf } from '../message/message.js';
import { limits } from '../message/limits.js';
import {
  checkedElsewhere,
  fields,
  listOf,
  milliseconds,
  ofType,
  oneOf,
  optionProblems,
  wholeNumber,
  type OptionChecks,
} from '../errors/options.js';
import { planChecks, type RetryPolicy, type RetryRule } from '../../kit/retry.js';
import type { BatchOptions, ListenerOptions } from './definitions.js';

const runChecks: OptionChecks<ListenerOptions> = {
  name: listenerName,
  inline: ofType('boolean'),
  onDead: oneOf('park', 'skip', 'block'),
  timeoutMs: milliseconds(1),
  concurrency: wholeNumber(1),
  retry: fields(),
  publishes: listOf('event classes', isEventClass),
  guards: listOf('functions', (guard) => typeof guard === 'function'),
  batch: fields(),
};

/** In circular imports, a class that is not loaded yet is `undefined`. */
function isEventClass(item: unknown): boolean {
  return declarationOf(item)?.kind === 'event';
}

const batchChecks: OptionChecks<BatchOptions> = { max: wholeNumber(1, 1_000), waitMs: milliseconds(0, 60_000) };

/** What is wrong with the options of a handler or listener, one text per problem. */
export function runOptionProblems(options: unknown): string[] {
  const { retry, batch, inline } = Object(options) as Readonly<Record<string, unknown>>;
  return [
    ...optionProblems(options, runChecks),
    ...(fields()(retry) === undefined ? retryProblems(retry as object) : []),
    ...(fields()(batch) === undefined ? batchProblems(batch as object, inline) : []),
  ];
}

function batchProblems(batch: object, inline: unknown): string[] {
  const own = optionProblems(batch, batchChecks).map((problem) => `in \`batch\`, ${problem}`);
  if (inline !== true) return own;
  return [...own, 'it is `inline` and takes a `batch`, but an inline listener runs once for each event; leave one out'];
}

// What is in the list has texts of its own.
const policyChecks: OptionChecks<RetryPolicy> = { ...planChecks, rules: checkedElsewhere() };
const ruleChecks: OptionChecks<RetryRule> = { ...planChecks, when: checkedElsewhere() };

function retryProblems(policy: object): string[] {
  const { rules } = policy as { readonly rules?: unknown };
  const own = optionProblems(policy, policyChecks).map((problem) => `in \`retry\`, ${problem}`);
  if (rules === undefined) return own;
  if (!Array.isArray(rules)) return [...own, `in \`retry\`, \`rules\` is ${describeValue(rules)}, but must be a list`];
  return [...own, ...rules.flatMap((rule: unknown, index) => ruleProblems(rule, index))];
}

function ruleProblems(rule: unknown, index: number): string[] {
  if (typeof rule !== 'object' || rule === null) {
    return [`in \`retry\`, \`rules[${index}]\` is ${describeValue(rule)}, but must be an object`];
  }
  const { when } = rule as { readonly when?: unknown };
  const problems = optionProblems(rule, ruleChecks);
  if (typeof when !== 'function') {
    problems.push(
      `\`when\` is ${describeValue(when)}, but must be an error class or a function that recognises errors`,
    );
  }
  return problems.map((problem) => `in \`retry\`, in \`rules[${index}]\`, ${problem}`);
}

/** The inbox keeps messages under this name: databases truncate strings at NUL, and index only so many bytes. */
function listenerName(value: unknown): string | undefined {
  if (textProblem('name', value) === undefined) return undefined;
  return `a non-empty string of at most ${limits.attributeBytes} bytes without NUL characters`;
}
