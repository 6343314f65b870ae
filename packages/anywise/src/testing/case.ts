/** One promise of a port, as data, so that any test runner can check it. */
export interface ContractCase<Fixture, Capability extends string = never> {
  /** Stable, because documentation refers to it. */
  readonly id: string;
  /** What is promised, in the present tense. */
  readonly behaviour: string;
  /** The capabilities that the promise needs. */
  readonly needs?: readonly Capability[];
  /** Rejects if the promise is broken. */
  readonly run: (fixture: Fixture) => Promise<void>;
}

/** A case of a whole suite, which is ordered by themes. */
export type Themed<Case> = Case & {
  /** The theme of the promise, as a heading. */
  readonly theme: string;
};

/** The cases that apply to an adapter with these capabilities. */
export function casesFor<Case extends { readonly needs?: readonly string[] }>(
  cases: readonly Case[],
  capabilities: object,
): readonly Case[] {
  const able = new Set(Object.entries(capabilities).flatMap(([name, can]) => (can === true ? [name] : [])));
  return cases.filter(({ needs = [] }) => needs.every((capability) => able.has(capability)));
}

/** Lists the cases of a suite, theme by theme. */
export function suiteOf<Case>(themes: Readonly<Record<string, readonly Case[]>>): readonly Themed<Case>[] {
  return Object.entries(themes).flatMap(([theme, cases]) => cases.map((one) => ({ ...one, theme })));
}
