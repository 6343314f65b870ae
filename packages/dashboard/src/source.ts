import { descriptionOf } from './data/processes.js';
import { SetupError, type Anywise, type BusDescription, type Store } from 'anywise';

/** A store that the dashboard shows, and the service whose messages are in it. */
export interface DashboardSource {
  /** The name of the service. */
  readonly service: string;
  readonly store: Store;
  /** The bus of this process that uses the store. It knows the contracts, so edited data can be checked. */
  readonly bus?: Anywise | undefined;
  /** The wiring of the service, where the bus itself is elsewhere. @defaultValue that of `bus`, if there is one */
  readonly describe?: (() => Promise<BusDescription | undefined>) | undefined;
}

/**
 * A store whose bus runs in another process. Its wiring is what that process said last. Its messages are shown and repaired like those of a bus, but no contract is
 * known for them here: what an operator edits is checked by the listener when it is replayed.
 */
export function storeSource(service: string, store: Store): DashboardSource {
  const describe = async (): Promise<BusDescription | undefined> => {
    const rows = (await store.processes?.list(processesAsked)) ?? [];
    return rows.map(descriptionOf).find((each) => each !== undefined);
  };
  return { service, store, describe };
}

const processesAsked = 10;

/**
 * The sources of a dashboard: the bus, and what was named besides.
 *
 * @throws SetupError (`INVALID_SETUP`) if there is none, or two have one name.
 */
export function sourcesOf(
  of: Anywise | readonly DashboardSource[],
  others: readonly DashboardSource[] = [],
): readonly DashboardSource[] {
  const sources = [...(isList(of) ? of : [busSource(of)]), ...others];
  const names = sources.map(({ service }) => service);
  const twice = names.filter((name, index) => names.indexOf(name) < index);
  const problems = [...new Set(twice)].map((name) => `two sources are called \`${name}\``);
  if (sources.length === 0) problems.push('it has no source: give it a bus or a store');
  if (problems.length > 0) throw new SetupError('INVALID_SETUP', '`dashboard()`', problems);
  return sources;
}

function busSource(bus: Anywise): DashboardSource {
  const { name } = bus.describe();
  const { store } = bus;
  if (store !== undefined) return { service: name, store, bus, describe: async () => bus.describe() };
  throw new SetupError('INVALID_SETUP', '`dashboard()`', [
    `the bus \`${name}\` has no store, so there is nothing to look at: give it one`,
  ]);
}

function isList(of: Anywise | readonly DashboardSource[]): of is readonly DashboardSource[] {
  return Array.isArray(of);
}
