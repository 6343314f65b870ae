import { sep } from 'node:path';

/**
 * @param {string} pattern
 * @param {string} dir
 */
export function reaches(pattern, dir) {
  const segments = pattern.split(sep);
  return dir.split(sep).every((name, i) => {
    const globstar = segments.indexOf('**');
    return (globstar >= 0 && globstar <= i) || segmentMatches(segments[i], name);
  });
}

/**
 * @param {string | undefined} segment
 * @param {string} name
 */
function segmentMatches(segment, name) {
  if (segment === undefined || segment === name) return segment === name;
  if (!/[*?{[(]/.test(segment)) return false;
  // Extended patterns such as `!(a)` and `[a-z]` are assumed to match anything.
  if (/[[(]/.test(segment)) return true;
  const source = segment
    .replace(/[.+^$|\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replace(/\{([^}]*)\}/g, (_braces, names) => `(${names.replaceAll(',', '|')})`);
  return new RegExp(`^${source}$`).test(name);
}
