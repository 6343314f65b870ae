import type { TransportCapabilities, TransportLacks } from '../core/ports/transport.js';

/** Each capability: `true`, or why the transport lacks it, as a sentence. */
export type DeclaredCapabilities = { readonly [Name in keyof TransportCapabilities]: true | string };

/** What a transport says of itself, from one record, so that none of its lacks is without a reason. */
export function declareCapabilities(declared: DeclaredCapabilities): {
  readonly capabilities: TransportCapabilities;
  readonly lacks: TransportLacks;
} {
  const { durable, ordered, history, acrossProcesses, requests } = declared;
  return {
    capabilities: {
      durable: durable === true,
      ordered: ordered === true,
      history: history === true,
      acrossProcesses: acrossProcesses === true,
      requests: requests === true,
    },
    lacks: Object.fromEntries(Object.entries(declared).filter(([, value]) => value !== true)),
  };
}
