/** Where services keep their data, and what their messages travel over. */
export type StoreKind = 'sqlite' | 'postgres';

/** Where the services of one run keep everything. It is deleted at the end, unless it is kept. */
export interface Databases extends AsyncDisposable {
  readonly kind: StoreKind;
  readonly storeUrl: string;
  readonly transportUrl: string;
  /** For whatever else the run has to keep. On SQLite all files are here. */
  readonly folder: string;
  /** The rows of a service's database, or of the bus between them, as they are now, read past the services. */
  rows<Row>(name: string, sql: string): Promise<readonly Row[]>;
  /** Puts a text into the log of the bus, past all services, as another program may. Gives whether it is there. */
  intoLog(type: string, kind: string, text: string): Promise<boolean>;
  /** What the database itself finds wrong with its files. */
  faults(): Promise<readonly string[]>;
  /** Keeps everything at the end, and says where it is. */
  keep(): string;
  /** Ends a connection of a service from the server's side, and says whether there was one. Without, there is no server. */
  readonly cut?: () => Promise<boolean>;
}
