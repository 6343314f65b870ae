import { AnywiseError } from '../errors/errors.js';
import type { Envelope } from '../message/envelope.js';
import type { Abortable, LazySignal } from '../time/lazy-signal.js';
import { untilAborted } from '../time/until-aborted.js';
import type { Answer, Transport } from './transport.js';

type Request = NonNullable<Transport['request']>;

/** Code that only listens to its signal. */
type Listening = (request: Envelope, signal: Abortable) => Promise<Envelope>;

/** Where a function keeps the code that it was made of. */
const listening = Symbol('listening');

interface Made {
  readonly [listening]?: Listening;
}

/**
 * The `request` of a transport that only listens to its signal, and rejects once that is aborted. Called by `requestOver`, no
 * abort signal is made for it.
 */
export function listeningRequest(ask: Listening): Request {
  const request: Request = (envelope, { signal }) => ask(envelope, signal);
  return Object.assign(request, { [listening]: ask } satisfies Made);
}

/** An `Answer` that only listens to its signal. Called by `answerBy`, no abort signal is made for it. */
export function listeningAnswer(answer: Listening): Answer {
  const own: Answer = (request, signal) => answer(request, signal);
  return Object.assign(own, { [listening]: answer } satisfies Made);
}

/**
 * Sends a request over a transport, which gets an abort signal only if it may pass that on. Rejects with the reason of `stop`
 * once that is aborted, even if the transport overlooks it.
 */
export function requestOver(transport: Transport, envelope: Envelope, stop: LazySignal): Promise<Envelope> {
  if (transport.request === undefined) throw new AnywiseError('UNAVAILABLE', 'The transport carries no requests.');
  const listens = (transport as { readonly request: Made }).request[listening];
  return listens === undefined
    ? untilAborted(transport.request(envelope, { signal: stop.signal }), stop)
    : listens(envelope, stop);
}

/** Has a request answered by code that gets an abort signal only if it may pass that on. */
export function answerBy(answer: Answer, request: Envelope, stop: LazySignal): Promise<Envelope> {
  const listens = (answer as Made)[listening];
  return listens === undefined ? answer(request, stop.signal) : listens(request, stop);
}
