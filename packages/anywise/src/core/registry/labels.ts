import { describeValue } from '../errors/describe.js';
import { declarationOf } from '../message/message.js';
import type { ServiceId } from '../ports/container.js';

/** A message by its wire name, a group by the name of its class; anything else in words. */
export function targetName(target: unknown): string {
  const type = declarationOf(target)?.type;
  if (type !== undefined) return `\`${type}\``;
  return typeof target === 'function' ? `\`${target.name}\`` : describeValue(target);
}

/** Something with a label: what `on` made. */
export interface Labelled {
  readonly kind: string;
  readonly targets: readonly unknown[];
  readonly run?: { readonly name: string };
  readonly service?: ServiceId;
  readonly sink?: unknown;
}

/** A readable name for a registered item: its function or class, otherwise its messages. */
export function labelOf({ kind, targets, run, service, sink }: Labelled): string {
  const name = run?.name ?? (typeof service === 'function' ? service.name : service?.description) ?? '';
  if (name !== '') return `\`${name}\``;
  // An inline function has no name.
  if (targets.length === 0) return `a ${kind}`;
  return `${sink === undefined ? kind : 'sink'} of ${targets.map(targetName).join(' and ')}`;
}
