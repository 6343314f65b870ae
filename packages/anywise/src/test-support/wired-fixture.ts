import type { Transport } from '../core/ports/transport.js';
import type { TransportCase, TransportFixture } from '../testing/transport-case.js';
import { openWire, type Wire } from './wire.js';

/** More than any case has connections. */
const mostWires = 10;
const breaks: readonly string[] = ['cut', 'mute', 'outage'];

/** Wires to a server for the cases of a contract, which they share. */
export interface Wires extends AsyncDisposable {
  /**
   * How a case connects. One that breaks connections has a wire for each; to the others the way is straight.
   *
   * @param connect by `host:port`.
   */
  fixtureFor(one: TransportCase, connect: (place: string) => Transport): TransportFixture;
}

/** @param place `host:port` of the server. */
export async function openWires(place: string): Promise<Wires> {
  const wires = await Promise.all(Array.from({ length: mostWires }, () => openWire(place)));
  return {
    fixtureFor({ needs = [] }, connect) {
      if (!needs.some((need) => breaks.includes(need))) return { connect: () => connect(place) };
      const free = [...wires];
      const taken = new Map<Transport, Wire>();
      const wireOf = (transport: Transport): Wire => {
        const wire = taken.get(transport);
        if (wire === undefined) throw new Error('This transport has no wire.');
        return wire;
      };
      return {
        connect() {
          const wire = free.pop();
          if (wire === undefined) throw new Error(`A case has more than ${mostWires} connections.`);
          const transport = connect(wire.place);
          taken.set(transport, wire);
          return transport;
        },
        cut: (transport) => wireOf(transport).drop(),
        mute: (transport) => wireOf(transport).mute(),
        async outage(work) {
          for (const wire of wires) wire.cut();
          try {
            return await work();
          } finally {
            for (const wire of wires) wire.mend();
          }
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(wires.map((wire) => wire[Symbol.asyncDispose]()));
    },
  };
}
