import type { DeadLetterFilter } from '../core/ports/dead-letters.js';
import type { OptionName } from './option-table.js';
import type { Options } from './options.js';
import { Refusal } from './refusal.js';

/** The options that select dead letters. */
export const filterOptions = [
  'id',
  'listener',
  'source',
  'type',
  'error',
  'older-than',
] as const satisfies readonly OptionName[];

/** The dead letters that the options select; all, without any. */
export function filterOf({ id, listener, source, type, error, olderThanMs }: Options): DeadLetterFilter {
  return { id, listener, source, type, error, olderThanMs };
}

/**
 * The same, for irreversible actions.
 *
 * @throws Refusal if neither a filter nor `--all` is given, or both are.
 */
export function explicitFilterOf(options: Options): DeadLetterFilter {
  const filter = filterOf(options);
  const filtered = Object.values(filter).some((part) => part !== undefined);
  const names = filterOptions.map((name) => `\`--${name}\``).join(', ');
  if (!filtered && !options.all) throw new Refusal(2, `Select dead letters with ${names}, or use \`--all\`.`);
  if (filtered && options.all)
    throw new Refusal(2, `\`--all\` selects every one. Leave it out, or leave out ${names}.`);
  return filter;
}
