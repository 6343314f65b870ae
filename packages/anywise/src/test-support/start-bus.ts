import { Anywise } from '../core/bus/anywise.js';
import type { Logger } from '../core/ports/logger.js';
import type { AnywiseOptions } from '../core/bus/options.js';
import { MessageRegistry, type Registrable } from '../core/registry/registry.js';

/** A logger that says nothing, for tests that make the bus warn. */
export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface StartBusOptions extends Partial<AnywiseOptions> {
  /** The items of the bus's single registry, which has the bus's name. */
  readonly items?: readonly Registrable[];
}

/** A silent bus that runs, and stops at the end of the block that has it in `await using`. */
export async function startBus({
  name = 'test',
  items = [],
  ...options
}: StartBusOptions): Promise<Anywise & AsyncDisposable> {
  const registries = [new MessageRegistry(name).register(...items)];
  const bus = new Anywise({ name, registries, logger: silent, ...options });
  await bus.start();
  return Object.assign(bus, { [Symbol.asyncDispose]: () => bus.stop() });
}
