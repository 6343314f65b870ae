import { describeValue } from '../errors/describe.js';
import {
  milliseconds,
  numberFrom,
  ofType,
  oneOf,
  optionProblems,
  wholeNumber,
  type OptionCheck,
} from '../errors/options.js';

/** What is wrong with the options of a handler or listener, one text per problem. */
export function runOptionProblems(options: object): string[] {
  const { retry } = options as { readonly retry?: unknown };
  return [
    ...optionProblems(options, {
      name: listenerName,
      inline: ofType('boolean'),
      onDead: oneOf('park', 'skip', 'block'),
      timeoutMs: milliseconds(1),
      concurrency: wholeNumber(1),
      retry: ofType('object'),
    }),
    ...(typeof retry === 'object' && retry !== null ? retryProblems(retry) : []),
  ];
}

/** 30 days: a message that waits longer than messages are remembered would be handled again. */
const longestDelayMs = 2_592_000_000;

const planChecks: Readonly<Record<string, OptionCheck>> = {
  attempts: wholeNumber(1),
  immediate: wholeNumber(0),
  firstDelayMs: milliseconds(0, longestDelayMs),
  factor: numberFrom(1, 1_000),
  maxDelayMs: milliseconds(0, longestDelayMs),
};

function retryProblems(policy: object): string[] {
  const { rules } = policy as { readonly rules?: unknown };
  const own = optionProblems(policy, planChecks).map((problem) => `in \`retry\`, ${problem}`);
  if (rules === undefined) return own;
  if (!Array.isArray(rules)) return [...own, `in \`retry\`, \`rules\` is ${describeValue(rules)}, but must be a list`];
  return [...own, ...rules.flatMap((rule: unknown, index) => ruleProblems(rule, index))];
}

function ruleProblems(rule: unknown, index: number): string[] {
  if (typeof rule !== 'object' || rule === null) {
    return [`in \`retry\`, \`rules[${index}]\` is ${describeValue(rule)}, but must be an object`];
  }
  const { when } = rule as { readonly when?: unknown };
  const problems = optionProblems(rule, planChecks);
  if (typeof when !== 'function') {
    problems.push(
      `\`when\` is ${describeValue(when)}, but must be an error class or a function that recognises errors`,
    );
  }
  return problems.map((problem) => `in \`retry\`, in \`rules[${index}]\`, ${problem}`);
}

/** The inbox keeps messages under this name, and databases truncate strings at NUL. */
function listenerName(value: unknown): string | undefined {
  return typeof value === 'string' && /^[^\0]+$/.test(value) ? undefined : 'a non-empty string without NUL characters';
}
