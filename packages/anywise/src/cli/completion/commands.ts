import type { Action, Subject } from '../action.js';
import { takesModules } from '../bus/shortcuts.js';
import { optionsOf } from '../help.js';
import { optionTable, type Option, type OptionName } from '../option-table.js';

/** A word, and what it is for. */
export interface Described {
  readonly name: string;
  readonly summary: string;
}

/** What may be asked of every subject. */
export const help: Described = { name: '--help', summary: 'print this help' };
/** What may be asked without a subject. */
export const version: Described = { name: '--version', summary: 'print the version' };

/** Everything that may follow `anywise`. */
export interface Commands {
  readonly subjects: readonly Subject[];
  /** Actions that need no subject before them. */
  readonly shortcuts: readonly Action[];
}

/** What may follow a command that has all its words. */
export interface Completed {
  readonly words: string;
  readonly options: readonly CompletedOption[];
  /** Files may be named before the first option. */
  readonly takesPaths: boolean;
}

export interface CompletedOption extends Option {
  readonly flag: `--${OptionName}`;
  readonly mayRepeat: boolean;
}

/** Every action, once for each way to call it. */
export function completedCommands({ subjects, shortcuts }: Commands): readonly Completed[] {
  const full = subjects.flatMap(({ name, actions }) =>
    actions.map((action) => ({ words: `${name} ${action.name}`, options: optionsFor(action), takesPaths: false })),
  );
  const short = shortcuts.map((action) => ({
    words: action.name,
    options: optionsFor(action),
    takesPaths: takesModules(action),
  }));
  return [...full, ...short];
}

/** What follows an option: nothing, one of a few words, a file, or what cannot be known. */
export function kindOf({ value, values }: Option): 'nothing' | 'word' | 'file' | 'unknown' {
  if (value === undefined) return 'nothing';
  if (values !== undefined) return 'word';
  return value === 'path' ? 'file' : 'unknown';
}

function optionsFor(action: Action): readonly CompletedOption[] {
  return optionsOf(action).map((name) => {
    const option: Option = optionTable[name];
    return { ...option, flag: `--${name}`, mayRepeat: option.many ?? action.repeats?.includes(name) ?? false };
  });
}
