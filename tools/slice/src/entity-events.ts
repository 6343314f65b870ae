import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLf } from './line-ends.js';
import { Refusal } from './refusal.js';
import { contractOf, filesIn } from './workspace.js';

/** An entity of a slice, and the events that make it, by the names of their classes. */
export interface RecordedEntity {
  readonly name: string;
  readonly events: readonly string[];
}

/**
 * The entity whose events a projection of this name takes in: the only one of the slice, or the one that the name begins with.
 *
 * @throws Refusal if there is none, or it is not clear which.
 */
export function findEntity(root: string, slice: string, projection: string): RecordedEntity {
  const entities = entitiesOf(root, slice);
  const [only, ...others] = entities;
  if (only === undefined) {
    throw new Refusal(
      `\`${slice}\` has no entity, so there are no events to make tables of. Make one first: ` +
        `\`pnpm new:use-case ${slice} <name> --entity\`.`,
    );
  }
  const named = entities.filter(({ name }) => projection.startsWith(`${name}-`));
  const found = others.length === 0 ? only : named.sort((a, b) => b.name.length - a.name.length)[0];
  if (found === undefined) {
    const names = entities.map(({ name }) => `\`${name}\``).join(', ');
    throw new Refusal(
      `\`${slice}\` has the entities ${names}. Begin the name of the projection with one of them, as in ` +
        `\`${only.name}-list\`.`,
    );
  }
  const declared = withLf(readFileSync(join(root, contractOf(slice)), 'utf8'));
  const missing = found.events.find((event) => !new RegExp(`^export class ${event} `, 'm').test(declared));
  if (missing === undefined) return found;
  throw new Refusal(
    `\`${found.name}\` is made by \`${missing}\`, which \`${contractOf(slice)}\` does not declare. Write its projection ` +
      `by hand.`,
  );
}

function entitiesOf(root: string, slice: string): readonly RecordedEntity[] {
  const paths = filesIn(root, `services/${slice}/src`).filter((path) => /(?<!\.test)\.ts$/.test(path));
  return paths.flatMap((path) => {
    const source = withLf(readFileSync(join(root, path), 'utf8'));
    const found = source.matchAll(
      new RegExp(String.raw`\bentity\(\s*'${slice}\.([a-z\d-]+)'([^]*?)(?=\n[^\s})]|$(?![^]))`, 'g'),
    );
    return [...found].map(([, name = '', rest = '']) => {
      const events = [...rest.matchAll(/\.(?:create|evolve)\(\s*(\w+)/g)].map(([, event = '']) => event);
      return { name, events: [...new Set(events)] };
    });
  });
}

/** An example of the data of an event, as code; `undefined` if it has more than texts, numbers and truth values. */
export function exampleOf(root: string, slice: string, event: string): string | undefined {
  const source = withLf(readFileSync(join(root, contractOf(slice)), 'utf8'));
  const [, declared] = new RegExp(`^export class ${event} extends event\\(([^]*?)^}\\) {}`, 'm').exec(source) ?? [];
  const [, fields] = /^ {2}data: z\.object\(\{([^}]*)\}\),$/m.exec(declared ?? '') ?? [];
  if (fields === undefined) return undefined;
  const examples = fields
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '')
    .map((field) => {
      const [, name, type = ''] = /^(\w+): z\.(string|number|boolean)\(\)(?:\.min\(1\))?$/.exec(field) ?? [];
      return name === undefined ? undefined : `${name}: ${values[type]}`;
    });
  return examples.includes(undefined) ? undefined : `{ ${examples.join(', ')} }`;
}

const values: Readonly<Record<string, string>> = { string: "'1'", number: '1', boolean: 'true' };
