import type { Store } from '../core/ports/store.js';
import type { OptionName } from './option-table.js';
import type { Options } from './options.js';
import type { Terminal } from './terminal.js';

/** The result of a command. */
export interface Answer {
  /** 1 if nothing matched, or it could not be done. */
  readonly exitCode: 0 | 1;
  /** What `--json` prints. Field names are stable: programs may read them. */
  readonly json: object;
  /** The output for people. */
  readonly text: string;
  /** The text is what was asked for, so it goes to the output even with exit code 1. */
  readonly isAnswer?: true;
}

/** The input of a command. */
export interface Call {
  readonly options: Options;
  readonly terminal: Terminal;
  /** Who runs the command, for the audit. */
  readonly who: string;
  /** Opens the store that the options name. Called once everything else has been checked. */
  readonly open: () => Promise<Store>;
}

/** The second word of a command: `list` in `anywise dead-letters list`. */
export interface Action {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** Its own options, besides those of every action. */
  readonly options: readonly OptionName[];
  /** It opens no store, so the options that name one are not among its own. */
  readonly storeless?: boolean;
  /** Those of its options that may be repeated here, and nowhere else. */
  readonly repeats?: readonly OptionName[];
  /** What to know before using it. */
  readonly notes?: string;
  /** A typical call, without `anywise`. */
  readonly example: string;
  run(call: Call): Promise<Answer>;
}

/** The first word of a command: its subject. */
export interface Subject {
  readonly name: string;
  readonly summary: string;
  readonly actions: readonly Action[];
}
