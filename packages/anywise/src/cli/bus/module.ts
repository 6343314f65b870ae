import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Anywise } from '../../core/bus/anywise.js';
import type { BusDescription } from '../../core/bus/inspect.js';
import { shownValue } from '../../core/errors/shown.js';
import { errorText } from '../../core/errors/thrown.js';
import type { Contract } from '../../core/message/contract.js';
import type { MessageRegistry } from '../../core/registry/registry.js';
import { Refusal } from '../refusal.js';

/** What a module exports of a service, before it is wired. */
interface Definition {
  readonly registries: readonly MessageRegistry[];
  readonly contracts: readonly Contract[];
}

/**
 * The buses of modules. Each is described once.
 *
 * @throws Refusal if a module cannot be loaded, or has none.
 */
export async function describeModules(paths: readonly string[]): Promise<readonly BusDescription[]> {
  const found: BusDescription[] = [];
  // One after the other: the first that cannot be loaded is told of.
  for (const path of paths) found.push(...(await describeModule(path)));
  return onePerName(found);
}

/**
 * The buses of a module, from those that it exports and from the definitions of services. Each is described once.
 *
 * @throws Refusal if it cannot be loaded, or exports neither.
 */
async function describeModule(path: string): Promise<readonly BusDescription[]> {
  const exported = Object.values(await load(path));
  const buses = exported.filter(isBus).map((bus) => bus.describe());
  const defined = exported.flatMap((value) => definitionIn(value) ?? []).map(describeDefinition);
  const found = onePerName([...defined, ...buses]);
  if (found.length > 0) return found;
  throw new Refusal(
    1,
    `\`${shownValue(path)}\` exports no bus, and no object with \`registry\` or \`registries\` that has handlers or listeners.`,
  );
}

function onePerName(buses: readonly BusDescription[]): readonly BusDescription[] {
  return [...new Map(buses.map((bus) => [bus.name, bus])).values()];
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new Refusal(1, `\`${shownValue(path)}\` cannot be loaded: ${errorText(error)}`);
  }
}

/** By what it can do: the module may use another copy of the library. */
function isBus(value: unknown): value is Pick<Anywise, 'describe'> {
  const { describe, publish } = Object(value) as { readonly describe?: unknown; readonly publish?: unknown };
  return typeof describe === 'function' && typeof publish === 'function';
}

function definitionIn(value: unknown): Definition | undefined {
  if (isBus(value)) return undefined;
  const { registry, registries, contracts } = Object(value) as Readonly<Record<string, unknown>>;
  const found = [registry, registries]
    .flat()
    .filter((one: unknown) => one !== undefined) as unknown[] as readonly MessageRegistry[];
  if (found.length === 0) return undefined;
  return { registries: found, contracts: (contracts ?? []) as readonly Contract[] };
}

function describeDefinition({ registries, contracts }: Definition): BusDescription {
  const [{ name } = { name: 'bus' }] = registries;
  return new Anywise({ name, registries, contracts }).describe();
}
