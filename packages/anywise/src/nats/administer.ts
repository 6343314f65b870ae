import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { checkOptions, withDefaults, type OptionChecks } from '../core/errors/options.js';
import { errorText } from '../core/errors/thrown.js';
import type {
  Topology,
  TopologyPart,
  TopologyReport,
  TopologyService,
  UnusedPart,
  UnusedReport,
} from '../core/ports/topology.js';
import { connectionChecks, Link, loadDriver, refusedOrAway, type NatsConnectionOptions } from './client.js';
import { Names } from './names.js';
import { isAnswered, readPosition } from './position.js';
import { streamChecks, streamDefaults, type NatsStreamOptions } from './stream-options.js';
import { commandFor, findStream, problemsOf, streamsOf, type WantedStream } from './topology.js';

/** Options of {@link natsTopology}. */
export interface NatsTopologyOptions extends NatsConnectionOptions, NatsStreamOptions {}

const optionChecks: OptionChecks<NatsTopologyOptions> = { ...connectionChecks, ...streamChecks };

/** What a transport over NATS needs on the server: its streams. Takes the options of the transport. */
export function natsTopology(options: NatsTopologyOptions = {}): Topology {
  checkOptions('`natsTopology`', options, optionChecks);
  return new NatsTopology(withDefaults(options, streamDefaults));
}

interface Opened {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
}

class NatsTopology implements Topology {
  readonly #options: NatsTopologyOptions & typeof streamDefaults;
  readonly #names: Names;

  constructor(options: NatsTopologyOptions & typeof streamDefaults) {
    this.#options = options;
    this.#names = new Names(options.prefix);
  }

  look(services: readonly TopologyService[]): Promise<TopologyReport> {
    return this.#report(services, async (manager, wanted) => lookedAt(wanted, await findStream(manager, wanted.name)));
  }

  apply(services: readonly TopologyService[]): Promise<TopologyReport> {
    return this.#report(services, async (manager, wanted) => {
      const found = await findStream(manager, wanted.name);
      return found === undefined ? await made(manager, wanted) : lookedAt(wanted, found);
    });
  }

  unused(): Promise<UnusedReport> {
    return this.#connected(async (opened, place) => {
      const unused = await this.#unreadPositions(opened, await boundsOf(opened.manager, this.#names.stream));
      const notes = ['A message counts for every position, whether the service listens to it or not.'];
      return { place, unused, notes: unused.length === 0 ? [] : notes };
    });
  }

  async #report(
    services: readonly TopologyService[],
    partOf: (manager: JetStreamManager, wanted: WantedStream) => Promise<TopologyPart>,
  ): Promise<TopologyReport> {
    const streams = streamsOf({ ...this.#options, names: this.#names });
    return this.#connected(async ({ manager }, place) => {
      const parts: TopologyPart[] = [];
      for (const wanted of streams) parts.push(await partOf(manager, wanted));
      const missing = streams.filter(({ name }) =>
        parts.some((part) => part.name === name && part.state === 'missing'),
      );
      return { place, parts, commands: missing.map(commandFor), notes: services.map((one) => this.#noteOn(one)) };
    });
  }

  #noteOn({ name, types }: TopologyService): string {
    if (types.length === 0) return `\`${name}\` listens to nothing.`;
    return `\`${name}\` keeps its position as \`${this.#names.position(name, types)}\`, and makes it when it starts.`;
  }

  /** The positions of services of which no instance answers, whatever its version. */
  async #unreadPositions(opened: Opened, bounds: Bounds): Promise<readonly UnusedPart[]> {
    const names = this.#names;
    const found = await Promise.all(
      (await positionsIn(opened.manager, names)).map(async (subject) => {
        const service = names.serviceOf(subject);
        const position = await readPosition(opened, names, subject);
        const isRead =
          position !== undefined &&
          position.holder !== '' &&
          (await isAnswered(opened.connection, names.aliveAs(service, position.holder)));
        return { subject, service, position, isRead };
      }),
    );
    const used = new Set(found.filter(({ isRead }) => isRead).map(({ service }) => service));
    return found.flatMap(({ subject, service, position }): readonly UnusedPart[] => {
      if (position === undefined || used.has(service)) return [];
      const waiting = Math.max(0, bounds.last - Math.max(position.at, bounds.first - 1));
      const command = `nats stream purge ${names.positions} --subject '${subject}'`;
      return [{ kind: 'position', name: subject, service, waiting, command }];
    });
  }

  async #connected<T>(work: (opened: Opened, place: string) => Promise<T>): Promise<T> {
    const link = new Link(this.#options, 'anywise topology');
    try {
      const connection = await link.get();
      const { jetstreamManager } = await loadDriver();
      try {
        return await work({ connection, manager: await jetstreamManager(connection, { checkAPI: false }) }, link.place);
      } catch (error) {
        throw refusedOrAway(link.place, error, connection.info);
      }
    } finally {
      await link.close();
    }
  }
}

function lookedAt(wanted: WantedStream, found: StreamConfig | undefined): TopologyPart {
  const part = { kind: 'stream', name: wanted.name, settings: settingsOf(found ?? wanted) } as const;
  if (found === undefined) return { ...part, state: 'missing', problems: [] };
  const problems = problemsOf(found, wanted);
  return { ...part, state: problems.length === 0 ? 'present' : 'different', problems };
}

async function made(manager: JetStreamManager, wanted: WantedStream): Promise<TopologyPart> {
  try {
    return { ...lookedAt(wanted, (await manager.streams.add(wanted)).config), state: 'made' };
  } catch (error) {
    // A service, or another call, may have made it in the meantime.
    const found = await findStream(manager, wanted.name);
    if (found !== undefined) return lookedAt(wanted, found);
    return { ...lookedAt(wanted, undefined), problems: [errorText(error)] };
  }
}

function settingsOf(stream: WantedStream): TopologyPart['settings'] {
  const { max_msgs_per_subject: perSubject = -1, max_age: age = 0, max_bytes: bytes = -1 } = stream;
  return {
    subjects: stream.subjects.join(','),
    storage: stream.storage ?? 'file',
    retention: stream.retention ?? 'limits',
    discard: stream.discard ?? 'old',
    replicas: stream.num_replicas ?? 1,
    ...(age > 0 ? { maxAge: `${age / 1_000_000_000}s` } : {}),
    ...(bytes > 0 ? { maxBytes: bytes } : {}),
    ...(perSubject > 0 ? { maxMsgsPerSubject: perSubject } : {}),
  };
}

/** The oldest and the newest message that a stream has. */
interface Bounds {
  readonly first: number;
  readonly last: number;
}

async function boundsOf(manager: JetStreamManager, name: string): Promise<Bounds> {
  if ((await findStream(manager, name)) === undefined) return { first: 1, last: 0 };
  const { first_seq: first, last_seq: last } = (await manager.streams.info(name)).state;
  return { first, last };
}

async function positionsIn(manager: JetStreamManager, names: Names): Promise<readonly string[]> {
  if ((await findStream(manager, names.positions)) === undefined) return [];
  const filter = { subjects_filter: names.positionSubjects.join(',') };
  const { state } = await manager.streams.info(names.positions, filter);
  return Object.keys(state.subjects ?? {}).sort();
}
