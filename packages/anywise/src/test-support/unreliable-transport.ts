import type { Envelope } from '../core/message/envelope.js';
import type { Transport } from '../core/ports/transport.js';

/** What happens to a request: it is answered, or fails. `send` brings it to its service. */
export type Fate = (request: Envelope, send: () => Promise<Envelope>) => Envelope | Promise<Envelope>;

/** A transport whose requests have a fate. */
export interface Unreliable {
  /** What was sent, in order. */
  readonly requests: readonly Envelope[];
  over(transport: Transport): Transport;
}

/** Lets the first requests have these fates, one each. Those that follow arrive. */
export function unreliable(fates: readonly Fate[]): Unreliable {
  const requests: Envelope[] = [];
  const over = (transport: Transport): Transport => {
    const request: Transport['request'] = async (envelope, options) => {
      const fate = fates[requests.length];
      requests.push(envelope);
      const send = async (): Promise<Envelope> => {
        if (transport.request === undefined) throw new Error('the transport carries no requests');
        return transport.request(envelope, options);
      };
      return fate === undefined ? send() : fate(envelope, send);
    };
    return {
      name: transport.name,
      capabilities: transport.capabilities,
      lacks: transport.lacks,
      publish: (envelopes) => transport.publish(envelopes),
      subscribe: (options, receive) => transport.subscribe(options, receive),
      request,
      serve: async (options, answer) => {
        if (transport.serve === undefined) throw new Error('the transport carries no requests');
        return transport.serve(options, answer);
      },
      check: () => transport.check(),
      close: () => transport.close(),
    };
  };
  return { requests, over };
}
