import { checkOptions, withDefaults, type OptionChecks } from '../core/errors/options.js';
import type {
  Topology,
  TopologyPart,
  TopologyReport,
  TopologyService,
  TopologyState,
  UnusedPart,
  UnusedReport,
} from '../core/ports/topology.js';
import { connectionChecks, Link, unavailable, type Connection, type RabbitmqConnectionOptions } from './client.js';
import { Names } from './names.js';
import { countsOf, partOf, refusalOf, type Wanted } from './parts.js';
import { queueChecks, queueDefaults, type RabbitmqQueueOptions } from './queue-options.js';
import { argumentsOf, importCommand, quoted, type WantedQueue } from './topology.js';

/** Options of {@link rabbitmqTopology}. */
export interface RabbitmqTopologyOptions extends RabbitmqConnectionOptions, RabbitmqQueueOptions {}

const optionChecks: OptionChecks<RabbitmqTopologyOptions> = { ...connectionChecks, ...queueChecks };

/** What a transport over RabbitMQ needs on the server: exchanges, queues and bindings. Takes the options of the transport. */
export function rabbitmqTopology(options: RabbitmqTopologyOptions = {}): Topology {
  checkOptions('`rabbitmqTopology`', options, optionChecks);
  return new RabbitmqTopology(withDefaults(options, queueDefaults));
}

class RabbitmqTopology implements Topology {
  readonly #options: RabbitmqTopologyOptions & typeof queueDefaults;
  readonly #names: Names;

  constructor(options: RabbitmqTopologyOptions & typeof queueDefaults) {
    this.#options = options;
    this.#names = new Names(options.prefix);
  }

  look(services: readonly TopologyService[]): Promise<TopologyReport> {
    return this.#report(services, { makes: false });
  }

  apply(services: readonly TopologyService[]): Promise<TopologyReport> {
    return this.#report(services, { makes: true });
  }

  unused(services: readonly string[]): Promise<UnusedReport> {
    return this.#connected(async (connection, place) => {
      const unused: UnusedPart[] = [];
      for (const service of new Set(services)) {
        const name = this.#names.queueOf(service);
        const counts = await countsOf(connection, name);
        if (counts === undefined || counts.consumerCount > 0) continue;
        const command = this.#ctl(`delete_queue ${name}`);
        unused.push({ kind: 'queue', name, service, waiting: counts.messageCount, command });
      }
      return { place, unused, notes: [this.#othersNote([...new Set(services)])] };
    });
  }

  #othersNote(services: readonly string[]): string {
    const looked = services.map((service) => `\`${this.#names.queueOf(service)}\``).join(', ');
    const command = this.#ctl('list_queues name messages consumers');
    return `Looked at ${looked === '' ? 'no queue' : looked}. RabbitMQ lists its queues only to an administrator: \`${command}\`.`;
  }

  async #report(services: readonly TopologyService[], { makes }: { readonly makes: boolean }): Promise<TopologyReport> {
    const heard = services.filter(({ types }) => types.length > 0);
    const queues = heard.map(({ name, types }): WantedQueue => {
      return { name: this.#names.queueOf(name), bindings: this.#names.bindingsOf(name, types) };
    });
    return this.#connected(async (connection, place) => {
      const exchanges: TopologyPart[] = [];
      for (const wanted of this.#exchanges()) exchanges.push(await partOf(connection, wanted, makes));
      const parts = [...exchanges];
      for (const queue of queues) parts.push(...(await this.#queueParts(connection, queue, exchanges[0], makes)));
      // A binding that is not known after it was to be made could not be made.
      const missing = parts.filter(({ state }) => state === 'missing' || (makes && state === 'unknown'));
      const lacking = queues.filter(({ name }) => missing.some((part) => part.name === name || part.queue === name));
      return {
        place,
        parts,
        commands: missing.length > 0 ? [importCommand(lacking, this.#command)] : [],
        notes: [...services.flatMap((one) => this.#notesOn(one)), ...this.#noteOnBindings(parts)],
      };
    });
  }

  get #command(): { readonly names: Names; readonly vhost: string; readonly replicas: number | undefined } {
    const { vhost = '/', replicas } = this.#options;
    return { names: this.#names, vhost, replicas };
  }

  #ctl(command: string): string {
    const { vhost } = this.#command;
    return `rabbitmqctl ${vhost === '/' ? '' : `--vhost ${quoted(vhost)} `}${command}`;
  }

  #notesOn({ name, types }: TopologyService): readonly string[] {
    return types.length === 0 ? [`\`${name}\` listens to nothing, and needs no queue.`] : [];
  }

  #noteOnBindings(parts: readonly TopologyPart[]): readonly string[] {
    if (!parts.some(({ state }) => state === 'unknown')) return [];
    const command = this.#ctl('list_bindings source_name routing_key destination_name');
    return [
      `RabbitMQ does not show bindings. An administrator sees them with \`${command}\`; those that are missing are added when this is applied.`,
    ];
  }

  #exchanges(): readonly Wanted[] {
    const { exchange, askExchange } = this.#names;
    return (
      [
        ['topic', exchange],
        ['direct', askExchange],
      ] as const
    ).map(([type, name]): Wanted => ({
      kind: 'exchange',
      name,
      settings: { type, durable: true },
      declare: (channel) => channel.assertExchange(name, type, { durable: true }),
      look: (channel) => channel.checkExchange(name),
    }));
  }

  #queue(name: string): Wanted {
    const settings = argumentsOf(this.#options.replicas);
    return {
      kind: 'queue',
      name,
      settings: { durable: true, ...settings },
      declare: (channel) => channel.assertQueue(name, { durable: true, arguments: settings }),
      look: (channel) => channel.checkQueue(name),
    };
  }

  /** A queue and its bindings. */
  async #queueParts(
    connection: Connection,
    queue: WantedQueue,
    exchange: TopologyPart | undefined,
    makes: boolean,
  ): Promise<readonly TopologyPart[]> {
    const part = await partOf(connection, this.#queue(queue.name), makes);
    const ends = [part.state, exchange?.state];
    const canBind = makes && ends.every((state) => state === 'present' || state === 'made');
    const refusal = canBind ? await refusalOf(connection, queue, this.#names.exchange) : undefined;
    const unbound = ends.includes('missing') ? 'missing' : 'unknown';
    const bound = part.state === 'made' ? 'made' : 'present';
    const state: TopologyState = canBind && refusal === undefined ? bound : unbound;
    const problems = refusal === undefined ? part.problems : [...part.problems, `it cannot be bound (${refusal})`];
    return [
      { ...part, problems },
      ...queue.bindings.map((name) => ({
        kind: 'binding' as const,
        name,
        queue: queue.name,
        state,
        settings: {},
        problems: [],
      })),
    ];
  }

  async #connected<T>(work: (connection: Connection, place: string) => Promise<T>): Promise<T> {
    const link = new Link(this.#options, 'anywise topology');
    try {
      return await work(await link.get(), link.place);
    } catch (error) {
      throw unavailable(link.place, error);
    } finally {
      await link.close();
    }
  }
}
