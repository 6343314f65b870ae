import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { filesIn } from '../workspace.js';

/** A workspace of a few files in its own folder, without the slices of this repository. */
export interface Workspace extends Disposable {
  readonly root: string;
  /** Every file with its content. */
  files(): ReadonlyMap<string, string>;
  read(path: string): string;
  has(path: string): boolean;
  write(path: string, text: string): void;
  drop(path: string): void;
  /** Changes the line ends of every file, as Git does if configured to. */
  checkOutWith(lineEnd: '\n' | '\r\n'): void;
}

const orders = `import { contract, event } from 'anywise';
import { z } from 'zod';

export class OrderPlaced extends event('orders.order-placed', { data: z.object({ orderId: z.string() }) }) {}

export class OrderStarted extends event('orders.order-started', { data: z.object({ orderId: z.string() }) }) {}

export const orders = contract('orders', { OrderPlaced, OrderStarted });
`;

const allManifest = `{
  "name": "@anywise/all",
  "dependencies": {
    "@anywise/orders": "workspace:*",
    "@anywise/service": "workspace:*"
  },
  "devDependencies": {}
}
`;

const allMain = `import { app as orders } from '@anywise/orders/app';
import { runTogether } from '@anywise/service';

await runTogether([orders]);
`;

/** Creates a workspace with one slice, written by hand: orders, on port 3001; and the process that runs all. `more` are other files in it. */
export function createWorkspace(more: ReadonlyMap<string, string> = new Map()): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'anywise-slice-'));
  const workspace: Workspace = {
    root,
    files: () => new Map(filesIn(root, '.').map((path) => [path.slice(2), workspace.read(path)])),
    read: (path) => readFileSync(join(root, path), 'utf8'),
    has: (path) => existsSync(join(root, path)),
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    drop: (path) => rmSync(join(root, path), { recursive: true }),
    checkOutWith(lineEnd) {
      for (const [path, text] of workspace.files()) workspace.write(path, text.replace(/\r?\n/g, lineEnd));
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
  workspace.write('package.json', '{ "packageManager": "pnpm@1.2.3" }\n');
  workspace.write('.prettierrc.json', '{ "printWidth": 120, "singleQuote": true }\n');
  workspace.write('packages/contracts/package.json', '{ "name": "@anywise/contracts" }\n');
  workspace.write('packages/contracts/src/orders.ts', orders);
  workspace.write('services/orders/package.json', '{ "name": "@anywise/orders", "anywise": { "port": 3001 } }\n');
  workspace.write('services/orders/src/app.ts', 'export const app = {};\n');
  workspace.write('services/all/package.json', allManifest);
  workspace.write('services/all/src/main.ts', allMain);
  for (const [path, text] of more) workspace.write(path, text);
  return workspace;
}
