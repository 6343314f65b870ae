import { differences } from './differences.js';
import { textOf, type Numbered } from './messages.js';

/** An event as its stream has it. */
export interface Logged {
  readonly stream: string;
  readonly version: number;
}

/**
 * What is wrong with a log, a text for each. A stream has the versions 1, 2, 3 and so on in the order of the log, each with
 * its number, and the log has what the rows have.
 *
 * @param log the events in the order of the log.
 * @param recorded the data of each.
 * @param committed the rows that their transactions wrote.
 */
export function findHoles(
  log: readonly Logged[],
  recorded: readonly Numbered[],
  committed: readonly Numbered[],
): string[] {
  const last = new Map<string, number>();
  const holes = log.flatMap(({ stream, version }, index) => {
    const due = (last.get(stream) ?? 0) + 1;
    last.set(stream, version);
    const { n } = recorded[index] ?? { n: 0 };
    return version === due && n === due ? [] : [`${stream} has version ${version} with ${n} where ${due} is due`];
  });
  return [...holes, ...differences('the log', recorded.map(textOf), committed.map(textOf))];
}
