/** A service, and what it takes from a transport. */
export interface TopologyService {
  readonly name: string;
  /** The wire names of the events it listens to, and of the commands it owns. */
  readonly types: readonly string[];
}

/**
 * Whether a part is on the server. `made`: it was missing, and now it is there. `different`: it is there with settings that
 * do not serve. `unknown`: the server does not show it.
 */
export type TopologyState = 'present' | 'made' | 'missing' | 'different' | 'unknown';

/** One thing that has to be on the server of a transport. */
export interface TopologyPart {
  readonly kind: 'stream' | 'exchange' | 'queue' | 'binding';
  /** That of a binding is its routing key. */
  readonly name: string;
  /** The queue that a binding belongs to. */
  readonly queue?: string;
  readonly state: TopologyState;
  /** As they are on the server if it shows them, otherwise as they have to be. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** What is wrong with it, or why it could not be made. */
  readonly problems: readonly string[];
}

/** What a transport needs on its server, and what of it is there. Plain data. */
export interface TopologyReport {
  /** The server, without credentials. */
  readonly place: string;
  readonly parts: readonly TopologyPart[];
  /** What makes what is missing, for a shell of an administrator. */
  readonly commands: readonly string[];
  /** What the parts do not tell. */
  readonly notes: readonly string[];
}

/** What is kept on the server for a service of which no instance reads. */
export interface UnusedPart {
  readonly kind: 'queue' | 'position';
  readonly name: string;
  /** The service, as the name on the server spells it. */
  readonly service: string;
  /** How many messages wait in the queue, or came after the position. */
  readonly waiting: number;
  /** What deletes it, for a shell of an administrator. */
  readonly command: string;
}

/** What is kept on the server although no service reads it. Plain data. */
export interface UnusedReport {
  /** The server, without credentials. */
  readonly place: string;
  readonly unused: readonly UnusedPart[];
  /** What was not looked at, and how to see it. */
  readonly notes: readonly string[];
}

/**
 * What a transport needs on its server before services can run without the right to make it. Nothing is ever deleted, and
 * nothing that is there is changed. Each call opens a connection, and closes it.
 */
export interface Topology {
  /**
   * Compares what these services need with what is there. Makes nothing.
   *
   * @throws AnywiseError (`UNAVAILABLE`) if the server cannot be used, or the user may not look.
   */
  look(services: readonly TopologyService[]): Promise<TopologyReport>;
  /**
   * Makes what is missing, as often as it is called. What cannot be made is still `missing` in the report, with the reason.
   *
   * @throws AnywiseError (`UNAVAILABLE`) if the server cannot be used, or the user may not look.
   */
  apply(services: readonly TopologyService[]): Promise<TopologyReport>;
  /**
   * Finds what is kept for services of which no instance reads at the moment.
   *
   * @param names services to look for where the server does not list them.
   * @throws AnywiseError (`UNAVAILABLE`) if the server cannot be used, or the user may not look.
   */
  unused(names: readonly string[]): Promise<UnusedReport>;
}
