import { command, contract, event, type } from 'anywise';

/** Number `n` of the numbers of one key: 1, 2, 3 and so on, without a gap. */
export interface Numbered {
  readonly key: string;
  readonly n: number;
}

const byKey = { data: type<Numbered>(), entityId: ({ key }: Numbered) => key };

/** Has the source commit the next number of a key. */
export class Count extends command('source.count', { data: type<{ readonly key: string }>() }) {}

/** The source has committed a number. */
export class Counted extends event('source.counted', byKey) {}

/** The middle has seen a number, and passes it on. */
export class PassedOn extends event('middle.passed-on', byKey) {}

export const contracts = [contract('source', { Count, Counted }), contract('middle', { PassedOn })];
