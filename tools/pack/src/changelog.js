const heading = '## [Unreleased]';

/**
 * The changelog at a release: what was unreleased has a version and a date, and a new list is begun.
 *
 * @param {string} text
 * @param {{ version: string, date: string }} release the date as 2026-11-27
 * @throws {Error} if there is nothing to release, or the version was released before
 */
export function withRelease(text, { version, date }) {
  const [before, after] = text.split(`${heading}\n`);
  if (before === undefined || after === undefined) throw new Error(`The changelog has no \`${heading}\`.`);
  if (text.includes(`\n## [${version}]`)) throw new Error(`The changelog has \`${version}\` already.`);
  if (changesIn(after).trim() === '') throw new Error('The changelog says nothing of this release.');
  return `${before}${heading}\n\n## [${version}] - ${date}\n${after}`;
}

/**
 * What the changelog says of a version.
 *
 * @param {string} text
 * @param {string} version
 * @returns {string | undefined}
 */
export function notesOf(text, version) {
  const start = text.indexOf(`\n## [${version}]`);
  if (start === -1) return undefined;
  return changesIn(text.slice(text.indexOf('\n', start + 1) + 1)).trim();
}

/** The part of a text before the next version. @param {string} text */
function changesIn(text) {
  return text.split(/^## \[/m)[0] ?? '';
}
