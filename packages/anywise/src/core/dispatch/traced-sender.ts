import { definitionOf, type Command } from '../message/message.js';
import type { Handling, Instruments } from '../ports/instrumentation.js';
import type { CompiledCommand } from './compile.js';
import type { Frame } from './frame.js';
import type { RoutingTable } from './routing-table.js';
import type { Sender } from './send.js';
import type { SendOptions } from './send-options.js';
import { withinOf } from './within.js';

/** A sender whose commands and queries are traced, commit included, if they are handled here. */
export class TracedSender {
  readonly #sender: Sender;
  readonly #routes: RoutingTable;
  readonly #instruments: Instruments;
  readonly #known = new Map<CompiledCommand, Handling>();

  constructor(sender: Sender, routes: RoutingTable, instruments: Instruments) {
    this.#sender = sender;
    this.#routes = routes;
    this.#instruments = instruments;
  }

  /** Whether anything is recorded now. If not, the other sender is to be used. */
  get isActive(): boolean {
    return this.#instruments.isActive;
  }

  send(command: Command, options: SendOptions | undefined, caller: Frame | undefined): Promise<unknown> {
    const compiled = this.#routes.command(command);
    if (compiled === undefined) return this.#sender.send(command, options, caller);
    const within = withinOf(this.#instruments, options, caller);
    return this.#instruments.calls.handle(this.#handlingOf(command, compiled), within, (trace) =>
      this.#sender.sendTraced(command, compiled, options, caller, trace),
    );
  }

  #handlingOf(command: Command, compiled: CompiledCommand): Handling {
    const known = this.#known.get(compiled);
    if (known !== undefined) return known;
    const { kind, type } = definitionOf(command);
    const handling: Handling = { kind, type };
    this.#known.set(compiled, handling);
    return handling;
  }
}
