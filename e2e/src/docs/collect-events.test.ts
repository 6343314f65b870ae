import { expect, it } from '@jest/globals';
import {
  Anywise,
  MessageRegistry,
  memoryStore,
  type Command,
  type Contract,
  type Event,
  type HandlerDefinition,
} from 'anywise';
import { fixed, scenario } from 'anywise/testing';
import { importPage } from './import-page.js';

interface Account {
  readonly balance: number;
  withdraw(amount: number): void;
  takeEvents(): readonly Event[];
}

const page = (await importPage('docs/how-to/collect-events.md')) as {
  readonly Account: new (accountId: string, balance: number) => Account;
  readonly AccountRepository: abstract new () => unknown;
  readonly Transfer: new (data: object) => Command;
  readonly accounts: Contract;
  readonly transfer: HandlerDefinition<Command>;
};

function createBus() {
  const saved = new Map([
    ['a-1', new page.Account('a-1', 100)],
    ['a-2', new page.Account('a-2', 0)],
  ]);
  const repository = { find: async (id: string) => saved.get(id), save: async () => undefined };
  const anywise = new Anywise({
    name: 'accounts',
    contracts: [page.accounts],
    registries: [new MessageRegistry('accounts').register(page.transfer)],
    store: memoryStore(),
    container: fixed([page.AccountRepository, repository]),
  });
  return { anywise, saved };
}

it('publishes what the entities of a handler have collected, in order', async () => {
  const { anywise } = createBus();
  await anywise.start();
  const { events } = await scenario(anywise)
    .send(new page.Transfer({ from: 'a-1', to: 'a-2', amount: 30 }))
    .untilQuiet();
  await anywise.stop();
  expect(events.map(({ type, entityId }) => [type, entityId])).toEqual([
    ['accounts.money-withdrawn', 'a-1'],
    ['accounts.money-deposited', 'a-2'],
  ]);
});

it('publishes nothing of a handler that fails', async () => {
  const { anywise } = createBus();
  await anywise.start();
  const { events, errors } = await scenario(anywise)
    .send(new page.Transfer({ from: 'a-2', to: 'a-1', amount: 30 }))
    .untilQuiet();
  await anywise.stop();
  expect(events).toEqual([]);
  expect(errors.map(String)).toEqual(['Error: There is not enough money in a-2.']);
});

it('tests an entity without a bus', () => {
  const account = new page.Account('a-1', 100);
  account.withdraw(30);
  expect(account.takeEvents().map(({ type }) => type)).toEqual(['accounts.money-withdrawn']);
  expect(account.takeEvents()).toEqual([]);
});
