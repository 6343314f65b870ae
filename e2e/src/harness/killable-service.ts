import type { Exit } from './process.js';
import type { Service, Slice, World } from './system.js';

/** A service that dies when told, and is started again at once. */
export interface Mortal {
  /** Where it takes requests, as soon as it does again. Rejects where it has died of itself. */
  url(): Promise<string>;
  /** Ends it, and resolves when its successor has been started, which may not take requests yet. */
  die(signal: NodeJS.Signals): Promise<Exit>;
}

export function mortal(world: World, slice: Slice): Mortal {
  let life: Promise<Service> = Promise.resolve(world.start(slice));

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
      life = ended.then(() => world.start(slice));
      await life;
      return ended;
    },
  };
}
