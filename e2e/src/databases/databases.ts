import type { Killable } from '../brokers/server.js';

/** Where services keep their data. */
export type StoreKind = 'sqlite' | 'postgres';

/** What the messages of one run travel over. It ends with what it keeps, unless that is kept. */
export interface Bus extends AsyncDisposable {
  readonly transportUrl: string;
  /**
   * Puts a text into the log of the bus, past all services, as another program may. Gives whether it is there.
   *
   * @param disguise in which wrong way it is written to a broker. @defaultValue 0, the right way
   */
  intoLog(type: string, kind: string, text: string, disguise?: number): Promise<boolean>;
  /** Each breaks a connection of a service in its own way, and tells whether there was one. Empty without a server. */
  readonly cuts: readonly (() => Promise<boolean>)[];
  /** The server that passes messages on, or keeps everything, where it is there for this run alone. */
  readonly server?: Killable;
  /** What it finds wrong with its files itself. */
  faults(): Promise<readonly string[]>;
  /** Keeps everything at the end, and says where it is. */
  keep(): string;
}

/** Where the services of one run keep everything, and what their messages travel over. */
export interface Databases extends Bus {
  readonly kind: StoreKind;
  readonly storeUrl: string;
  /** For whatever else the run has to keep. On SQLite all files are here. */
  readonly folder: string;
  /** The rows of a service's database, or of the bus between them, as they are now, read past the services. */
  rows<Row>(name: string, sql: string): Promise<readonly Row[]>;
}
