import { describe, expect, it } from '@jest/globals';
import { memoryBroker, type TransportCapabilities } from 'anywise';
import { sqliteTransport } from 'anywise/sqlite';
import { storeContract, transportContract } from 'anywise/testing';
import { readPage } from './pages.js';
import { promisesOf, tableBelow } from './promises.js';

const page = readPage('docs/guarantees.md');
const memoryStore = { lacks: { shared: 'the data lives in one process' } };
const sqliteStore = { lacks: {} };
const transports = [memoryBroker().connect(), sqliteTransport({ path: 'bus.db' })];

describe('the tables of guarantees.md', () => {
  it('promise of a store what its contract suite checks', () => {
    const promised = promisesOf(storeContract, [memoryStore, sqliteStore]);
    expect(tableBelow(page, 'What every store promises')).toEqual(promised);
  });

  it('promise of a transport what its contract suite checks', () => {
    const promised = promisesOf(transportContract, transports.map(lacksOf));
    expect(tableBelow(page, 'What every transport promises')).toEqual(promised);
  });

  it('say of each transport what it says of itself', () => {
    const names: readonly (keyof TransportCapabilities)[] = ['durable', 'ordered', 'history', 'acrossProcesses'];
    const said = tableBelow(page, 'What a transport can do').map(([name, , ...answers]) => [name, ...answers]);
    expect(said).toEqual(
      names.map((name) => [
        `\`${name}\``,
        ...transports.map(({ capabilities }) => (capabilities[name] ? 'yes' : 'no')),
      ]),
    );
  });
});

function lacksOf({ capabilities }: { readonly capabilities: TransportCapabilities }) {
  const missing = Object.entries(capabilities).filter(([, able]) => able === false);
  return { lacks: Object.fromEntries(missing.map(([name]) => [name, `not \`${name}\``])) };
}
