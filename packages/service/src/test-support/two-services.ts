/**
 * Runs the services `first` and `second` in this process. With the argument `wiring` or `code`, that of `second` is wrong.
 * Their manifests are written to the folder `MANIFESTS`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { command, contract, MessageRegistry, on } from 'anywise';
import type { ServiceDefinition } from '../definition.js';
import { runTogether } from '../run.js';

class Prices {
  readonly all = [];
}

function service(slice: string, wrong?: string): ServiceDefinition {
  class Greet extends command(`${slice}.greet`) {}
  const greet = on(Greet)
    .inject({ prices: Prices })
    .handle(async () => undefined);
  const folder = join(process.env.MANIFESTS ?? '', slice);
  mkdirSync(folder);
  const manifest = join(folder, 'package.json');
  writeFileSync(manifest, JSON.stringify({ name: slice, anywise: { port: 0 } }));
  return {
    manifest: pathToFileURL(manifest),
    contracts: [contract(slice, { Greet })],
    registry: new MessageRegistry(slice).register(greet),
    routes: [],
    migrations: [],
    bind(container) {
      if (wrong === 'code') throw new Error('The list of prices is empty.');
      if (wrong !== 'wiring') container.bind(Prices).toSelf();
    },
  };
}

await runTogether([service('first'), service('second', process.argv[2])]);
