import type { DeadGroup, DeadLetterFilter } from 'anywise';
import type { Query } from '../ui/href.js';

/** The dead letters that an address or a form selects. */
export interface Selected {
  readonly service: string | undefined;
  readonly id: string | undefined;
  readonly source: string | undefined;
  readonly listener: string | undefined;
  readonly type: string | undefined;
  /** A part of the error, or that of a group, with `…` for what varies. */
  readonly error: string | undefined;
}

export function selectedBy(fields: URLSearchParams): Selected {
  const field = (name: string): string | undefined => {
    const value = fields.get(name);
    return value === null || value === '' ? undefined : value;
  };
  return {
    service: field('service'),
    id: field('id'),
    // Where a sender could not be read, it is empty, which is not the same as any.
    source: fields.get('source') ?? undefined,
    listener: field('listener'),
    type: field('type'),
    error: field('error'),
  };
}

/** The same as fields of an address. */
export function queryOf({ service, id, source, listener, type, error }: Selected): Query {
  return { service, id, ...(source !== undefined && { source }), listener, type, error };
}

/** Whether it selects anything less than all of a service. */
export function isNarrow({ id, source, listener, type, error }: Selected): boolean {
  return [id, source, listener, type, error].some((field) => field !== undefined);
}

/** For the store: of the error of a group, the longest part that all its letters share. */
export function filterOf({ id, source, listener, type, error }: Selected): DeadLetterFilter {
  return { id, source, listener, type, error: error === undefined ? undefined : longestPart(error) };
}

/** Whether a group is what was selected. */
export function isGroup(group: DeadGroup, { listener, type, error }: Selected): boolean {
  return group.listener === listener && group.type === type && group.error === error;
}

function longestPart(error: string): string | undefined {
  const [longest = ''] = error.split('…').sort((a, b) => b.length - a.length);
  return longest === '' ? undefined : longest;
}
