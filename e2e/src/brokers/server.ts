/** Transports that need a server of their own. */
export type BrokerKind = 'nats' | 'rabbitmq';

/** What is put where a service reads, past all rules. */
export interface Stranger {
  readonly type: string;
  readonly kind: string;
  readonly text: string;
  /** How it is written, where there are several ways: 0 is as a CloudEvent, and the others are wrong. */
  readonly disguise: number;
}

/** A server that can be killed and started again on its data. */
export interface Killable {
  /** Whether a service that comes for the first time gets what was published before. */
  readonly keepsForNewcomers: boolean;
  /** Starts a process on the data that is there. Resolves when it can be used. */
  start(): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends the process, and resolves when it has ended. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** A server that passes messages on, and the process that it runs as. */
export interface Server extends Killable {
  readonly port: number;
  /** Where its data is. */
  readonly folder: string;
  /** How a transport reaches it through this port: names on it begin with the prefix. */
  url(port: number, prefix: string): string;
  /** Rejects where it is not known whether the message is there. Putting the same text again adds no other. */
  write(stranger: Stranger, prefix: string): Promise<void>;
}
