/** What comes from npm: packages of Anywise keep their names in a workspace made with it. */
const fromNpm = 'service|dev|dashboard|eslint-plugin|slice';

/** The files of the template, with the workspace's name in place of ours. */
export function named(template: ReadonlyMap<string, string>, name: string): ReadonlyMap<string, string> {
  const own = new RegExp(`@anywise/(?!(?:${fromNpm}|source)\\b)`, 'g');
  return new Map(
    [...template].map(([path, text]) => [path, text.replace(own, `@${name}/`).replaceAll('<workspace>', name)]),
  );
}
