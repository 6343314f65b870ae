/** What a viewer may do besides looking. */
export type Right = 'replay' | 'edit' | 'discard' | 'retry' | 'cancel' | 'run';

export const rights: readonly Right[] = ['replay', 'edit', 'discard', 'retry', 'cancel', 'run'];

/** Who looks at the dashboard, and what they may do. */
export interface Viewer {
  /** Who they are, as the record of actions names them. */
  readonly user: string;
  /** `look`, `act` for everything, or each right by name. @defaultValue `look` */
  readonly may?: 'look' | 'act' | readonly Right[] | undefined;
}

/** A viewer whose rights are known to be well formed. */
export interface KnownViewer {
  readonly user: string;
  readonly may: ReadonlySet<Right>;
}

const longestUser = 200;

/** @throws TypeError that says what is wrong with what `authorize` returned: a right that is misspelt is not a right. */
export function readViewer(given: unknown, readOnly: boolean): KnownViewer {
  const { user, may = 'look' } = Object(given) as Partial<Viewer>;
  if (typeof user !== 'string' || user === '') throw new TypeError('`authorize` returned a viewer without a `user`.');
  const wrong = wrongRights(may);
  if (wrong !== undefined) throw new TypeError(`\`authorize\` returned ${wrong}.`);
  const granted = may === 'act' ? rights : may === 'look' ? [] : may;
  return { user: user.slice(0, longestUser), may: new Set(readOnly ? [] : granted) };
}

function wrongRights(may: unknown): string | undefined {
  if (may === 'look' || may === 'act') return undefined;
  const known = rights.map((right) => `\`${right}\``).join(', ');
  if (!Array.isArray(may)) return `a \`may\` that is neither \`look\` nor \`act\` nor a list of ${known}`;
  const unknown: unknown = may.find((right) => !rights.includes(right as Right));
  return unknown === undefined ? undefined : `the right ${JSON.stringify(unknown)}, which is not one of ${known}`;
}
