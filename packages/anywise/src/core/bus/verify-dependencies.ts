import { servicesOf } from '../dispatch/compile.js';
import { isOwnService, serviceName, type ContainerAdapter, type ServiceId } from '../ports/container.js';
import type { Wiring } from '../registry/wiring.js';

interface Options {
  readonly wiring: Wiring;
  readonly container: ContainerAdapter | undefined;
  /** The services that the bus itself provides. */
  readonly provided: ReadonlySet<ServiceId>;
}

/** What handlers, listeners and guards ask for and cannot get. */
export function dependencyProblems({ wiring, container, provided }: Options): readonly string[] {
  const parts = [
    ...wiring.guards.map(({ guard, place }) => ({ services: servicesOf(guard), place })),
    ...wiring.handlers.map(({ code, place }) => ({ services: servicesOf(code), place })),
    ...wiring.listeners.map(({ code, place }) => ({ services: servicesOf(code), place })),
  ];
  const asked = parts.flatMap(({ services, place }) =>
    services.filter((id) => !provided.has(id)).map((id) => ({ id, place })),
  );
  const own = asked.filter(({ id }) => isOwnService(id)).map(({ id, place }) => notProvided(id, place, provided));
  const others = asked.filter(({ id }) => !isOwnService(id));
  if (container !== undefined) return [...own, ...container.verify([...new Set(others.map(({ id }) => id))])];
  return [
    ...own,
    ...others.map(({ id, place }) => `${place} asks for \`${serviceName(id)}\`, but the bus has no \`container\``),
  ];
}

function notProvided(id: ServiceId, place: string, provided: ReadonlySet<ServiceId>): string {
  const name = serviceName(id);
  return [...provided].some((each) => serviceName(each) === name)
    ? `${place} asks for \`${name}\` of another copy of Anywise: two copies are installed; let all packages use one (\`npm ls anywise\` lists them)`
    : `${place} asks for \`${name}\`, which the store of this bus does not provide; give the bus a store that does`;
}
