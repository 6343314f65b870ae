import type { Exit } from './process.js';
import type { Service, Slice, System } from './system.js';

/** A service that can be killed, and is restarted at once. */
export interface KillableService {
  /** The URL at which it accepts requests, once it does. Rejects if it died without being killed. */
  url(): Promise<string>;
  /** Kills it, and resolves when its successor has been started, which may not accept requests yet. */
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
      // It was killed before it was up; its successor comes up.
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
