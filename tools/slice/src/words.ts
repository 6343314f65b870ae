import { singularOfWord } from './singular.js';

/** The ways in which code and prose write one name. */
export interface Spelling {
  readonly kebab: string;
  readonly camel: string;
  readonly pascal: string;
  readonly snake: string;
  readonly constant: string;
  readonly words: string;
  readonly sentence: string;
}

/** Spells a kebab-case name in every way. */
export function spell(kebab: string): Spelling {
  const parts = kebab.split('-');
  const pascal = parts.map(capitalise).join('');
  return {
    kebab,
    camel: `${pascal.charAt(0).toLowerCase()}${pascal.slice(1)}`,
    pascal,
    snake: parts.join('_'),
    constant: parts.join('_').toUpperCase(),
    words: parts.join(' '),
    sentence: capitalise(parts.join(' ')),
  };
}

/** The singular: `gift-card` for `gift-cards`, and `shipping` for `shipping`. */
export function singularOf(kebab: string): string {
  const words = kebab.split('-');
  const last = words.pop() ?? '';
  return [...words, singularOfWord(last)].join('-');
}

/** Replaces names by others, in every spelling. The names to replace have at least two words. */
export function rename(text: string, names: ReadonlyMap<string, string>): string {
  const spellings = new Map([...names].flatMap(([from, to]) => pair(spell(from), spell(to))));
  const longestFirst = [...spellings.keys()].sort((a, b) => b.length - a.length);
  return text.replace(new RegExp(longestFirst.join('|'), 'g'), (found) => spellings.get(found) ?? found);
}

function pair(from: Spelling, to: Spelling): (readonly [string, string])[] {
  return (Object.keys(from) as (keyof Spelling)[]).map((way) => [from[way], to[way]]);
}

function capitalise(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
