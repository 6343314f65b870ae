import type { Page } from './pages.js';

/** A row of a table, cell by cell. */
export type Row = readonly string[];

interface Promised {
  readonly id: string;
  readonly behaviour: string;
  readonly needs?: readonly string[];
}

/** An adapter, and what it cannot do, with the reason. */
export interface Adapter {
  readonly lacks: Readonly<Record<string, string>>;
}

/** What a contract suite promises, as the rows of a table: one column for each adapter. */
export function promisesOf(cases: readonly Promised[], adapters: readonly Adapter[]): readonly Row[] {
  return cases.map(({ id, behaviour, needs = [] }) => [
    `\`${id}\``,
    behaviour,
    ...adapters.map(({ lacks }) => {
      const reason = needs.map((capability) => lacks[capability]).find((text) => text !== undefined);
      return reason === undefined ? 'yes' : `no: ${reason}`;
    }),
  ]);
}

/** The rows of the table below a heading, without the table's own heading. */
export function tableBelow({ path, text }: Page, heading: string): readonly Row[] {
  const [, section] = text.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const table = section?.match(/^\|.*(?:\n\|.*)*/m)?.[0];
  if (table === undefined) throw new Error(`${path} has no table below \`${heading}\`.`);
  return table
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
