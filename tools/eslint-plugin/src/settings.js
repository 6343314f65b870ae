/** Settings for people to read, and settings that exclude paths. */
const harmless =
  /^(displayName|title|description|exclude[sd]?|ignore[sd]?|\w*(Ignore|Exclude)(Patterns?|Files|Directories)?)$/i;

/** Tables whose keys are arbitrary names. */
const tables = /^(alias|paths|imports|exports|moduleNameMapper|overrides|resolutions|\w*[dD]ependencies)$/;

/**
 * Whether a setting with these keys, outermost first, may safely name another slice: `exclude` only keeps a tool out of it.
 * @param {string[]} keys
 */
export function isHarmless(keys) {
  return harmless.test(keys.at(-1) ?? '') && !tables.test(keys.at(-2) ?? '');
}
