import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Refusal } from './refusal.js';
import { contractOf, contracts, filesIn } from './workspace.js';

/** An event as a contract declares it. */
export interface DeclaredEvent {
  readonly type: string;
  readonly className: string;
  /** The slice whose contract it is in. */
  readonly slice: string;
}

/** Finds an event by its wire name. @throws Refusal that lists the existing events. */
export function findEvent(root: string, type: string): DeclaredEvent {
  const events = filesIn(root, contracts).flatMap((path) => {
    const declarations = readFileSync(join(root, path), 'utf8').matchAll(
      /^export class (\w+) extends event\(\s*'([^']+)'/gm,
    );
    const slice = basename(path, '.ts');
    return [...declarations].map(([, className = '', name = '']) => ({ type: name, className, slice }));
  });
  const found = events.find((event) => event.type === type);
  if (found !== undefined) return found;
  const known = events.map((event) => `  ${event.type}`).sort();
  throw new Refusal([`No contract has the event \`${type}\`. There are:`, ...known].join('\n'));
}

/** The identifier of a slice's contract. @throws Refusal if it does not exist. */
export function contractName(root: string, slice: string): string {
  const path = contractOf(slice);
  const source = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
  const name = new RegExp(`^export const (\\w+) = contract\\('${slice}'`, 'm').exec(source)?.[1];
  if (name === undefined) throw new Refusal(`\`${path}\` has no \`export const … = contract('${slice}', …)\`.`);
  return name;
}
