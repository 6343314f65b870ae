import { describeValue } from '../errors/describe.js';
import { declarationOf } from '../message/message.js';
import type { ServiceId } from '../ports/container.js';

/** A message by its wire name, a group by the name of its class; whatever else there is, in words. */
export function targetName(target: unknown): string {
  const type = declarationOf(target)?.type;
  if (type !== undefined) return `\`${type}\``;
  return typeof target === 'function' ? `\`${target.name}\`` : describeValue(target);
}

/** What can be told apart by a label: something that `on` made. */
export interface Labelled {
  readonly kind: string;
  readonly targets: readonly unknown[];
  readonly run?: { readonly name: string };
  readonly service?: ServiceId;
  readonly sink?: unknown;
}

/** What is registered, for people: the name of its function or class, or else what it is for. */
export function labelOf({ kind, targets, run, service, sink }: Labelled): string {
  const name = run?.name ?? (typeof service === 'function' ? service.name : service?.description) ?? '';
  if (name !== '') return `\`${name}\``;
  // A function that is written where it is passed has no name.
  if (targets.length === 0) return `a ${kind}`;
  return `${sink === undefined ? kind : 'sink'} of ${targets.map(targetName).join(' and ')}`;
}
