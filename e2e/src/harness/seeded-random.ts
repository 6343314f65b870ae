import { randomInt } from 'node:crypto';

/** A number from 0 up to 1, and the next, the same each time for one seed. */
export type Random = () => number;

/** Runs work with chance that can be repeated: what fails says which `ANYWISE_SEED` to set. */
export async function withSeed(work: (random: Random, seed: number) => Promise<void>): Promise<void> {
  const seed = Number(process.env.ANYWISE_SEED ?? randomInt(2 ** 31));
  try {
    await work(mulberry32(seed), seed);
  } catch (cause) {
    const { message = String(cause) } = cause as Partial<Error>;
    throw new Error(`With ANYWISE_SEED=${seed}: ${message}`, { cause });
  }
}

/** Chance of its own for what runs beside the rest, so that neither changes what the other meets. */
export function fork(random: Random): Random {
  return mulberry32(Math.floor(random() * 2 ** 31));
}

function mulberry32(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
