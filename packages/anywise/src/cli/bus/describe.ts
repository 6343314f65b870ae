import type { BusDescription, MessageDescription } from '../../core/bus/inspect.js';
import type { Action } from '../action.js';
import { Refusal } from '../refusal.js';
import { table } from '../table.js';
import { describeModules } from './module.js';

export const describe: Action = {
  name: 'describe',
  summary: 'lists the messages that a service knows, what handles and hears them, and what is made from its events',
  options: ['module'],
  storeless: true,
  notes:
    'Loads a module and starts nothing. The module exports a bus (`new Anywise(…)`), or an object with `registry` or `registries`, and `contracts`. `anywise describe <path>` is the same.',
  example: 'bus describe --module services/orders/src/app.ts',
  async run({ options, terminal }) {
    if (options.modules.length === 0) {
      throw new Refusal(
        2,
        '`--module` is missing: the file that exports the bus, such as `services/orders/src/app.ts`.',
      );
    }
    const buses = await describeModules(options.modules);
    const text = buses.map((found) => textOf(found, terminal.output.columns)).join('\n\n');
    return { exitCode: 0, json: { buses }, text };
  },
};

function textOf(bus: BusDescription, width: number | undefined): string {
  const { name, messages } = bus;
  const rows = messages.map((message) => [message.type, message.kind, String(message.version), usersOf(message)]);
  const heard = table(['MESSAGE', 'KIND', 'VERSION', 'HANDLED OR HEARD BY'], rows, width);
  const models = modelsOf(bus);
  if (models.length === 0) return `${name}\n${heard}`;
  return `${name}\n${heard}\n\n${table(['MADE FROM EVENTS', 'KIND', 'VERSION', 'EVENTS'], models, width)}`;
}

function modelsOf({ entities, projections, sagas }: BusDescription): string[][] {
  return [
    ...entities.map(({ name, events }) => [name, 'entity', '–', events.join(', ')]),
    ...projections.map(({ name, version, events }) => [name, 'projection', String(version), events.join(', ')]),
    ...sagas.map(({ name, version, starts, hears }) => [
      ...[name, 'saga', String(version)],
      [...new Set([...starts, ...hears])].join(', '),
    ]),
  ];
}

function usersOf({ handler, listeners }: MessageDescription): string {
  const users = [...(handler === undefined ? [] : [handler.place]), ...listeners.map(heardBy)];
  return users.length === 0 ? '–' : users.join(', ');
}

function heardBy({ name, batch }: MessageDescription['listeners'][number]): string {
  return batch === undefined ? name : `${name} (up to ${batch.max} at once)`;
}
