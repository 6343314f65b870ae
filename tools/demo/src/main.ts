// `pnpm demo`: a small shop for a minute, and the dashboard over it.
import { dashboard } from '@anywise/dashboard';
import { AnywiseError } from 'anywise';
import { catalog } from 'anywise/docs';
import { listen } from 'anywise/express';
import { openShop } from './shop.js';
import { tell } from './story.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop.abort());
const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));

const shop = openShop();
await shop.start();
const sources = shop.services.map(({ name, store, bus }) => {
  return { service: name, store, bus, describe: async () => bus.describe() };
});
const messages = catalog(shop.services.map(({ facts }) => facts));
const server = await serve(Number(process.env.DASHBOARD_PORT ?? 3000));
const startedAt = Date.now();
const say = (text: string): void => {
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  console.log(`${String(seconds).padStart(3)} s  ${text}`);
};

console.log(`\nOpen ${server.url}\n\nA shop runs for a minute. Stop it with Ctrl-C.\n`);
await tell(shop, { say, pause: async (ms) => untilStoppedOr(ms) });
if (!stop.signal.aborted) console.log('\nThe dashboard stays until Ctrl-C.');
await stopped;
await server.close({ timeoutMs: 500 });
await shop.stop();
process.exit(0);

/** At the port, or at another one if that is taken: `pnpm dev` may be running. */
async function serve(port: number) {
  const app = dashboard(sources, { catalog: () => messages });
  try {
    return await listen(app, { port });
  } catch (error) {
    if (!AnywiseError.is(error) || error.code !== 'UNAVAILABLE') throw error;
    return listen(app, { port: 0 });
  }
}

async function untilStoppedOr(ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([passed, stopped]);
  clearTimeout(timer);
  return !stop.signal.aborted;
}
