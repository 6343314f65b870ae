import type { DeadLetterFilter } from '../core/ports/dead-letters.js';
import type { OptionName } from './option-table.js';
import type { Options } from './options.js';
import { Refusal } from './refusal.js';

/** The options that say which dead letters are meant. */
export const filterOptions = ['id', 'listener', 'type', 'error', 'older-than'] as const satisfies readonly OptionName[];

/** Which dead letters the options mean; without any, all. */
export function filterOf({ id, listener, type, error, olderThanMs }: Options): DeadLetterFilter {
  return { id, listener, type, error, olderThanMs };
}

/**
 * The same, for what cannot be taken back.
 *
 * @throws Refusal where neither a filter nor `--all` is given, or both.
 */
export function explicitFilterOf(options: Options): DeadLetterFilter {
  const filter = filterOf(options);
  const filtered = Object.values(filter).some((part) => part !== undefined);
  const names = filterOptions.map((name) => `\`--${name}\``).join(', ');
  if (!filtered && !options.all) throw new Refusal(2, `Say which are meant, with ${names}, or \`--all\`.`);
  if (filtered && options.all) throw new Refusal(2, `\`--all\` means every one. Leave it out, or leave out ${names}.`);
  return filter;
}
