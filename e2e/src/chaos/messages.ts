import { command, contract, domainError, event, query, type } from 'anywise';

/** Number `n` of the numbers of one key: 1, 2, 3 and so on, without a gap. */
export interface Numbered {
  readonly key: string;
  readonly n: number;
}

export function textOf({ key, n }: Numbered): string {
  return `${key} ${n}`;
}

const byKey = { data: type<Numbered>(), entityId: ({ key }: Numbered) => key };

/** Has the source commit the next number of a key. */
export class Count extends command('source.count', { data: type<{ readonly key: string }>() }) {}

/** The source has committed a number. */
export class Counted extends event('source.counted', byKey) {}

/** The source has said a number outside of any handler. */
export class Told extends event('source.told', byKey) {}

/** The middle has seen a number, and passes it on. */
export class PassedOn extends event('middle.passed-on', byKey) {}

/** Has the sink note that round `n` of a key is complete. */
export class CloseRound extends command('sink.close-round', { data: type<Numbered>() }) {}

/** The teller does not keep what it was asked to. */
export class Refused extends domainError('teller.refused', {
  data: type<{ readonly id: string }>(),
  message: ({ id }) => `${id} is refused`,
}) {}

/** Has the teller keep an id. Its reply is the row that it is in. */
export class Keep extends command('teller.keep', {
  data: type<{ readonly id: string; readonly refuse: boolean }>(),
  reply: type<{ readonly row: number }>(),
  errors: [Refused],
}) {}

/** Asks the teller how many ids it has kept. */
export class CountKept extends query('teller.count-kept', {
  data: type<object>(),
  reply: type<{ readonly kept: number }>(),
}) {}

export const contracts = [
  contract('source', { Count, Counted, Told }),
  contract('middle', { PassedOn }),
  contract('sink', { CloseRound }),
  contract('teller', { Keep, CountKept }),
];
