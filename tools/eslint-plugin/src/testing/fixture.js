import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A workspace in a temporary folder, with the slices payments and orders and the package contracts. */
export function createFixture() {
  const root = mkdtempSync(join(realpathSync.native(tmpdir()), 'anywise-eslint-'));
  write('pnpm-workspace.yaml', 'packages: [packages/*, services/*]\n');
  addPackage('services/payments', '@anywise/payments');
  addPackage('services/orders', '@anywise/orders');
  addPackage('packages/contracts', '@anywise/contracts');

  return { root, path, write, link, addPackage, remove, dispose };

  /** @param {string} path */
  function path(path) {
    return join(root, path);
  }

  /**
   * @param {string} file
   * @param {string} text
   */
  function write(file, text) {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  }

  /**
   * @param {string} from
   * @param {string} to
   */
  function link(from, to) {
    mkdirSync(dirname(path(from)), { recursive: true });
    symlinkSync(path(to), path(from));
  }

  /**
   * @param {string} folder
   * @param {string} name
   * @param {object} [fields]
   */
  function addPackage(folder, name, fields) {
    write(`${folder}/package.json`, JSON.stringify({ name, ...fields }));
    write(`${folder}/src/index.ts`, '');
  }

  /** @param {string} folder */
  function remove(folder) {
    rmSync(path(folder), { recursive: true });
  }

  function dispose() {
    remove('.');
  }
}
