import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Store } from '../../core/ports/store.js';
import type { Action } from '../action.js';
import { openStores } from '../open-store.js';
import { Refusal } from '../refusal.js';
import { findWorkspace } from '../store-url.js';
import { print, type Terminal } from '../terminal.js';

/** The part of `@anywise/dashboard` that is used here. It is loaded only when it is asked for. */
interface DashboardPackage {
  dashboard(sources: readonly unknown[], options: { readonly readOnly: boolean }): RequestListener;
  storeSource(service: string, store: Store): unknown;
}

const packageName = '@anywise/dashboard';
const defaultPort = 3000;

export const dashboard: Action = {
  name: 'dashboard',
  summary: 'shows what is stuck, since when, why and what to press, on a page of this machine',
  options: ['port', 'read-only', 'store', 'service'],
  storeless: true,
  repeats: ['store'],
  notes:
    'Reads every store at each URL, whether the services run or not, until Ctrl-C. Needs the package `@anywise/dashboard`. Only this machine can open the page. `anywise dashboard` is the same.',
  example: 'dashboard --read-only',
  async run({ options, terminal }) {
    const made = await load(terminal);
    const port = options.port ?? readPort(terminal);
    const stores = await openStores(options, terminal);
    try {
      const sources = stores.map(({ service, store }) => made.storeSource(service, store));
      const server = createServer(made.dashboard(sources, { readOnly: options.readOnly }));
      const url = await listen(server, port);
      print(terminal.output, `The dashboard is at ${url}. Stop it with Ctrl-C.`);
      await terminal.untilStopped();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      return { exitCode: 0, json: { url }, text: 'Stopped.' };
    } finally {
      for (const { store } of stores) await store.close();
    }
  },
};

/** Found from where the command runs, as the packages of a project are: this one does not depend on it. */
async function load({ cwd }: Terminal): Promise<DashboardPackage> {
  for (const folder of [cwd, findWorkspace(cwd)]) {
    let path: string;
    try {
      path = createRequire(join(folder, 'package.json')).resolve(packageName);
    } catch {
      continue;
    }
    return (await import(pathToFileURL(path).href)) as DashboardPackage;
  }
  throw new Refusal(
    2,
    `The package \`${packageName}\` is not installed here. Add it with \`npm install ${packageName}\`.`,
  );
}

function readPort({ env }: Terminal): number {
  const { DASHBOARD_PORT: text = '' } = env;
  if (text === '') return defaultPort;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new Refusal(2, '`DASHBOARD_PORT` is not a port. Set it to a whole number, or name one with `--port`.');
}

async function listen(server: Server, port: number): Promise<string> {
  if (port > 65_535) throw new Refusal(2, `\`--port\` is \`${port}\`. A port is at most 65535.`);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') return new Refusal(1, `Port ${port} is taken. Name another one with \`--port\`.`);
  if (error.code === 'EACCES') return new Refusal(1, `Port ${port} is not allowed for this user. Name one above 1023.`);
  return error;
}
