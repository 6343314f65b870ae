import type { Store } from '../core/ports/store.js';
import type { OptionName } from './option-table.js';
import type { Options } from './options.js';
import type { Terminal } from './terminal.js';

/** What a command says. */
export interface Answer {
  /** 1 where nothing matched, or it could not be done. */
  readonly exitCode: 0 | 1;
  /** What `--json` prints. Field names are stable: programs may read them. */
  readonly json: object;
  /** What people read. */
  readonly text: string;
}

/** What a command works with. */
export interface Call {
  readonly options: Options;
  readonly terminal: Terminal;
  /** Opens the store that the options name. Called after everything that can be checked without it. */
  readonly open: () => Promise<Store>;
}

/** The second word of a command: `list` in `anywise dead-letters list`. */
export interface Action {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** Its own options; those that every action has come on top. */
  readonly options: readonly OptionName[];
  /** What to know before using it. */
  readonly notes?: string;
  /** What follows `anywise` in a typical call. */
  readonly example: string;
  run(call: Call): Promise<Answer>;
}

/** The first word of a command: what it is about. */
export interface Subject {
  readonly name: string;
  readonly summary: string;
  readonly actions: readonly Action[];
}
