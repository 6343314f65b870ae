import { connectTopology } from '../../connect/connect.js';
import { schemeOf } from '../../core/errors/shown.js';
import type { Topology, TopologyService, TopologyState } from '../../core/ports/topology.js';
import type { Action, Answer, Call } from '../action.js';
import { Refusal } from '../refusal.js';
import { findWorkspace } from '../store-url.js';
import { describeModules } from './module.js';
import { reportText, unusedText } from './topology-text.js';
import { workspaceModules } from './workspace-modules.js';

export const topology: Action = {
  name: 'topology',
  summary: 'compares what services need of a broker with what is there, and makes what is missing',
  options: ['module', 'transport', 'apply', 'unused', 'other'],
  storeless: true,
  notes:
    'Loads modules and starts nothing; without `--module` those of the workspace, `services/*/src/app.ts`. Nothing is ever deleted or changed. Exit code 1 if something is missing or different, or nothing is unused. `anywise topology <path> …` is the same.',
  example: 'topology services/*/src/app.ts --transport amqp://admin:secret@broker --apply',
  async run(call) {
    const { options } = call;
    if (options.apply && options.unused) throw new Refusal(2, 'Give either `--apply` or `--unused`, not both.');
    if (options.others.length > 0 && !options.unused) throw new Refusal(2, '`--other` goes with `--unused` only.');
    const url = transportUrl(call);
    const found = await connectTopology(url);
    if (found === undefined) return nothingNeeded(url);
    return options.unused ? await listUnused(found, call) : await report(found, call);
  },
};

async function report(topology: Topology, call: Call): Promise<Answer> {
  const { options, terminal } = call;
  const services = await servicesOf(call);
  if (services.length === 0) {
    throw new Refusal(2, '`--module` is missing: the file of a service, such as `services/orders/src/app.ts`.');
  }
  const found = options.apply ? await topology.apply(services) : await topology.look(services);
  const wrong = new Set<TopologyState>(['missing', 'different', ...(options.apply ? (['unknown'] as const) : [])]);
  const isComplete = !found.parts.some(({ state }) => wrong.has(state));
  const text = reportText(found, { width: terminal.output.columns, applied: options.apply });
  return { exitCode: isComplete ? 0 : 1, json: found, text, isAnswer: true };
}

async function listUnused(topology: Topology, call: Call): Promise<Answer> {
  const services = await servicesOf(call);
  const found = await topology.unused([...services.map(({ name }) => name), ...call.options.others]);
  const text = unusedText(found, call.terminal.output.columns);
  return { exitCode: found.unused.length > 0 ? 0 : 1, json: found, text };
}

function transportUrl({ options, terminal }: Call): string {
  const { ANYWISE_TRANSPORT: preset = '' } = terminal.env;
  return options.transport ?? (preset === '' ? 'sqlite:.anywise/bus.db' : preset);
}

function nothingNeeded(url: string): Answer {
  const text = `A transport on \`${schemeOf(url) ?? ''}:\` needs nothing that an administrator has to make.`;
  return { exitCode: 0, json: { place: null, parts: [], commands: [], notes: [text], unused: [] }, text };
}

async function servicesOf({ options, terminal }: Call): Promise<readonly TopologyService[]> {
  const modules = options.modules.length > 0 ? options.modules : workspaceModules(findWorkspace(terminal.cwd));
  const buses = await describeModules(modules);
  return buses.map(({ name, heard }) => ({ name, types: heard }));
}
