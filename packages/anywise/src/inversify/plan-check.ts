import type { BindingConstraints, Container, ServiceIdentifier } from 'inversify';
import { nameOf, Singletons, type MutableBinding } from './singletons.js';
import { otherCopyProblem, serviceName, type ServiceId } from '../core/ports/container.js';

/** The part of Inversify's plugin context that we use: https://inversify.io/docs/fundamentals/plugins */
interface PluginContext {
  readonly bindingService: {
    get(id: ServiceIdentifier): Iterable<MutableBinding> | undefined;
    getBoundServices(): Iterable<ServiceIdentifier>;
  };
}

const isPlugin = Symbol.for('@inversifyjs/plugin/isPlugin');

/**
 * Checks at start what a container would create, without creating it. It plans a probe whose first dependency throws and
 * whose second is the service in question: Inversify plans the whole graph, and finds unbound services, before it creates
 * anything.
 */
export class PlanCheck {
  readonly #container: Container;
  readonly #bindings: PluginContext['bindingService'];
  readonly singletons = new Singletons();
  readonly #captives = new Map<string, string>();
  /** The names of the services that the bus provides. */
  readonly #provided = new Set<string>();

  constructor(container: Container) {
    this.#container = container;
    this.#bindings = pluginContext(container).bindingService;
  }

  /**
   * A binding constraint that always holds. Inversify calls it while planning, so it sees which graph a message's service
   * belongs to.
   */
  readonly noteMessageScoped = (constraints: BindingConstraints): boolean => {
    for (let above = constraints.getAncestor(); above !== undefined; above = above.getAncestor()) {
      if (!this.#bindingsOf(above.serviceIdentifier).some(({ scope }) => scope === 'Singleton')) continue;
      const singleton = nameOf(above.serviceIdentifier);
      const service = nameOf(constraints.serviceIdentifier);
      this.#captives.set(
        `${singleton} ${service}`,
        `\`${singleton}\` is a singleton, but needs \`${service}\`, which belongs to one message; bind \`${singleton}\` in transient scope`,
      );
    }
    return true;
  };

  /** Watches how the singletons are made that are bound so far. */
  watchSingletons(): void {
    for (const id of this.#bindings.getBoundServices()) {
      for (const binding of this.#bindingsOf(id)) this.singletons.watch(nameOf(id), binding);
    }
  }

  /** Has a service made anew each time, whatever scope the container gives by default. */
  neverKeep(id: ServiceIdentifier): void {
    for (const binding of this.#bindingsOf(id)) if (binding.type !== 'ConstantValue') binding.scope = 'Transient';
  }

  provides(ids: readonly ServiceId[]): void {
    for (const id of ids) this.#provided.add(serviceName(id));
  }

  problemsOf(ids: readonly ServiceId[]): readonly string[] {
    this.watchSingletons();
    const unbound = ids.flatMap((id) => this.#planProblem(id as ServiceIdentifier));
    return [...unbound, ...this.#captives.values()];
  }

  #bindingsOf(id: ServiceIdentifier): readonly MutableBinding[] {
    return [...(this.#bindings.get(id) ?? [])];
  }

  #planProblem(id: ServiceIdentifier): string[] {
    const stop = new Error('planned only');
    const first = Symbol('stop');
    const probe = Symbol('probe');
    this.#container.bind(first).toDynamicValue(() => {
      throw stop;
    });
    this.#container
      .bind(probe)
      .toResolvedValue((_first: unknown, _service: unknown) => undefined, [first, id])
      .inTransientScope();
    try {
      this.#container.get(probe);
      return [];
    } catch (error) {
      return error === stop ? [] : [this.#unbound(nameOf(id), firstLine(error))];
    } finally {
      this.#container.unbind(probe);
      this.#container.unbind(first);
    }
  }

  /** Provided services are bound, so an unbound one with the same name is another class. */
  #unbound(name: string, reason: string): string {
    const other = [...this.#provided].find((each) => reason.includes(`"${each}"`));
    return other === undefined
      ? `\`${name}\` cannot be made: ${reason} Bind it in the container`
      : otherCopyProblem(`\`${name}\``, other);
  }
}

function pluginContext(container: Container): PluginContext {
  let captured: PluginContext | undefined;
  class Capture {
    readonly [isPlugin] = true;

    constructor(_container: Container, context: PluginContext) {
      captured = context;
    }

    load(): void {
      return undefined;
    }
  }
  container.register(Capture);
  if (captured === undefined) throw new Error('Inversify did not give its plugin context. Install inversify 8.');
  return captured;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}
