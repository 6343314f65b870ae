import { rm } from 'node:fs/promises';
import process from 'node:process';

/** Removes what the setup made. */
export default async function tearDown() {
  await rm(process.env.ANYWISE_PROGRAMS, { recursive: true });
}
