import type { PagePath } from '../ui/href.js';
import type { ServiceSnapshot, Snapshot } from '../data/snapshot.js';

/** Something that a person should look at, as one sentence with its cause and what to press. */
export interface Problem {
  /** The rule that found it. */
  readonly rule: string;
  /** `bad`: messages are held up or lost from sight. `warn`: it may pass by itself. */
  readonly severity: 'bad' | 'warn';
  readonly service: string;
  /** A sentence without a full stop. */
  readonly title: string;
  /** Since when, in milliseconds since 1970 by the database's clock. */
  readonly since?: number | undefined;
  readonly why?: string | undefined;
  /** What pressing the button does to data, and what it does not. */
  readonly safe?: string | undefined;
  readonly links: readonly ProblemLink[];
}

/** Where to look, or what to press. */
export interface ProblemLink {
  readonly label: string;
  readonly path: PagePath;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** It leads to something that changes messages; shown to those who may. */
  readonly right?: 'replay' | 'retry';
}

/** Finds problems of one kind in one service. */
export type Rule = (service: ServiceSnapshot, snapshot: Snapshot) => readonly Problem[];
