import type { DeadLetter } from 'anywise';

/** The address of one dead letter. */
export function letterQuery(service: string, { listener, source, id }: Pick<DeadLetter, 'listener' | 'source' | 'id'>) {
  return { service, listener, source, id };
}
