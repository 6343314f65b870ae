import type { Exit } from './process.js';
import type { Service, Slice, System } from './system.js';

/** A service that dies when told, and is started again at once. */
export interface KillableService {
  /** Where it takes requests, as soon as it does again. Rejects where it has died of itself. */
  url(): Promise<string>;
  /** Ends it, and resolves when its successor has been started, which may not take requests yet. */
  die(signal: NodeJS.Signals): Promise<Exit>;
}

export function killable(system: System, slice: Slice): KillableService {
  let life: Promise<Service> = Promise.resolve(system.start(slice));

  const url = async (): Promise<string> => {
    const current = life;
    try {
      const service = await current;
      return await service.url();
    } catch (error) {
      // Killed before it was up: its successor will be.
      if (current !== life) return url();
      throw error;
    }
  };
  return {
    url,
    async die(signal) {
      const dying = life;
      const ended = dying.then((service) => service.kill(signal));
      life = ended.then(() => system.start(slice));
      await life;
      return ended;
    },
  };
}
