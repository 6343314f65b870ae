import type { BusDescription, ProcessRow } from 'anywise';

/** The wiring that a process said; `undefined` if it is of a version that says it in another way. */
export function descriptionOf({ description }: Pick<ProcessRow, 'description'>): BusDescription | undefined {
  const { name, messages } = Object(description) as Partial<BusDescription>;
  return typeof name === 'string' && Array.isArray(messages) ? (description as BusDescription) : undefined;
}

/** Whether one of these processes handles messages of this listener, or commands of this name. */
export function hasListener(rows: readonly ProcessRow[], listener: string): boolean {
  return rows.some((row) => {
    const messages = descriptionOf(row)?.messages ?? [];
    return messages.some(
      ({ type, handler, listeners }) =>
        (handler !== undefined && type === listener) || listeners.some(({ name }) => name === listener),
    );
  });
}
