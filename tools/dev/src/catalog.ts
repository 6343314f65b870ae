import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, extname } from 'node:path';
import type { CatalogMessage } from 'anywise/docs';
import { nodeArguments, sourceEnvironment } from './child.js';
import { watchSources } from './watch.js';
import { findManifests, sourcesOf } from './workspace.js';

/** An editor saves several files, and every service starts again first. */
const quietMs = 1_000;

/** The catalog of the messages of a workspace, as its code is. */
export class WorkspaceCatalog implements AsyncDisposable {
  readonly #workspace: string;
  readonly #ended = new AbortController();
  #messages: readonly CatalogMessage[] = [];
  #reading: Promise<void> | undefined;
  #isOutdated = false;

  constructor(workspace: string) {
    this.#workspace = workspace;
  }

  /** What was read last; none before that. */
  get messages(): readonly CatalogMessage[] {
    return this.#messages;
  }

  /** Reads the code now, and after each edit, until this is disposed of. */
  watch(): void {
    const { signal } = this.#ended;
    if (signal.aborted) return;
    const sources = findManifests(this.#workspace).flatMap((manifest) => sourcesOf(dirname(manifest)));
    this.#read();
    signal.addEventListener(
      'abort',
      watchSources([...new Set(sources)], () => this.#read(), quietMs),
    );
  }

  /** By then the process that reads the code has ended too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#reading;
  }

  #read(): void {
    this.#isOutdated = true;
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined));
  }

  async #readAll(): Promise<void> {
    while (this.#isOutdated && !this.#ended.signal.aborted) {
      this.#isOutdated = false;
      this.#messages = (await readCatalog(this.#workspace, this.#ended.signal)) ?? this.#messages;
    }
  }
}

/** The catalog of a workspace; `undefined` if it could not be made, or was not before the signal. */
export async function readCatalog(
  workspace: string,
  signal?: AbortSignal,
): Promise<readonly CatalogMessage[] | undefined> {
  const child = fork(new URL(`./catalog-process${extname(import.meta.url)}`, import.meta.url), [workspace], {
    execArgv: nodeArguments,
    env: sourceEnvironment(workspace),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let messages: readonly CatalogMessage[] | undefined;
  child.on('message', (sent) => (messages = sent as readonly CatalogMessage[]));
  // It has nothing to lose, and does not hear a milder signal while it loads code.
  const kill = (): boolean => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill);
  // It gives no messages where it could not even start.
  await once(child, 'close').catch(() => undefined);
  signal?.removeEventListener('abort', kill);
  return messages;
}
