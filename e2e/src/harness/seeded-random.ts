import { randomInt } from 'node:crypto';

/** Numbers from 0 up to 1: the same sequence each time for one seed. */
export type Random = () => number;

/** Runs work with repeatable random numbers: a failure says which `ANYWISE_SEED` to set. */
export async function withSeed(work: (random: Random, seed: number) => Promise<void>): Promise<void> {
  const seed = Number(process.env.ANYWISE_SEED ?? randomInt(2 ** 31));
  try {
    await work(mulberry32(seed), seed);
  } catch (cause) {
    const { message = String(cause) } = cause as Partial<Error>;
    throw new Error(`With ANYWISE_SEED=${seed}: ${message}`, { cause });
  }
}

/** A separate sequence for work that runs beside other work, so that neither changes the numbers of the other. */
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
