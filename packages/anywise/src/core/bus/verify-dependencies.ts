import { servicesOf } from '../dispatch/compile.js';
import {
  isOwnService,
  otherCopyProblem,
  serviceName,
  type ContainerAdapter,
  type ServiceId,
} from '../ports/container.js';
import type { Wiring } from '../registry/wiring.js';

interface Options {
  readonly wiring: Wiring;
  readonly container: ContainerAdapter | undefined;
  /** The services that the bus itself provides. */
  readonly provided: ReadonlySet<ServiceId>;
}

interface Asked {
  readonly id: ServiceId;
  readonly place: string;
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
  const own = asked.filter(({ id }) => isOwnService(id) && !isBound(id, container));
  const others = asked.filter((each) => !own.includes(each));
  return [...own.map((each) => notProvided(each, provided)), ...notBound(others, container)];
}

/** A test may bind a fake of what a store would provide. */
function isBound(id: ServiceId, container: ContainerAdapter | undefined): boolean {
  return container !== undefined && container.verify([id]).length === container.verify([]).length;
}

function notProvided({ id, place }: Asked, provided: ReadonlySet<ServiceId>): string {
  const name = serviceName(id);
  return [...provided].some((each) => serviceName(each) === name)
    ? otherCopyProblem(place, name)
    : `${place} asks for \`${name}\`, which the store of this bus does not provide; give the bus a store that does`;
}

function notBound(asked: readonly Asked[], container: ContainerAdapter | undefined): readonly string[] {
  if (container !== undefined) return container.verify([...new Set(asked.map(({ id }) => id))]);
  return asked.map(({ id, place }) => `${place} asks for \`${serviceName(id)}\`, but the bus has no \`container\``);
}
