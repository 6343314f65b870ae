/** What is for people to read, and what keeps a tool away from a path. */
const harmless =
  /^(displayName|title|description|exclude[sd]?|ignore[sd]?|\w*(Ignore|Exclude)(Patterns?|Files|Directories)?)$/i;

/** Tables whose keys are names that somebody made up. */
const tables = /^(alias|paths|imports|exports|moduleNameMapper|overrides|resolutions|\w*[dD]ependencies)$/;

/**
 * Whether a setting with these keys, from the outermost on, may well name another slice: `exclude` keeps out of it.
 * @param {string[]} keys
 */
export function isHarmless(keys) {
  return harmless.test(keys.at(-1) ?? '') && !tables.test(keys.at(-2) ?? '');
}
