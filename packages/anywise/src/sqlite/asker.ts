import { AnywiseError } from '../core/errors/errors.js';
import { tooLarge, type Envelope } from '../core/message/envelope.js';
import type { Abortable } from '../core/time/lazy-signal.js';
import { connectionLost, noResponder, PendingRequests, type Ask } from '../kit/pending-requests.js';
import { endsWithin } from '../kit/wait.js';
import { Peer, type Sent } from './peer.js';
import type { SocketFolder } from './socket-folder.js';

/** How old the list of instances may be while one of them is known. */
const listedForMs = 1_000;
/** How long a process that was just found may take to say what it answers. */
const greetingMs = 500;

/** Asks the instances that answer on this machine, over one connection to each. */
export class Asker {
  readonly #folder: () => Promise<SocketFolder>;
  readonly #maxBytes: number;
  readonly #peers = new Map<string, Peer>();
  readonly #pending: PendingRequests<Sent>;
  #looking: Promise<void> | undefined;
  #lookedAt = -Infinity;
  #isClosed = false;

  constructor(folder: () => Promise<SocketFolder>, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#pending = new PendingRequests<Sent>({
      maxBytes,
      send: (ask) => this.#send(ask),
      cancel: (ticket, { peer }) => peer.cancel(ticket),
    });
  }

  ask(request: Envelope, signal: Abortable): Promise<Envelope> {
    return this.#pending.ask(request, signal);
  }

  /** Fails what waits, and disconnects. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#pending.close();
    await this.#looking?.catch(() => undefined);
    for (const peer of this.#peers.values()) peer.close();
  }

  #send(ask: Ask): Sent | Promise<Sent> {
    const peer = this.#peerFor(ask.request.type);
    if (peer === undefined) return this.#findAndSend(ask);
    if (performance.now() - this.#lookedAt > listedForMs) this.#look().catch(() => undefined);
    return sendTo(peer, ask);
  }

  async #findAndSend(ask: Ask): Promise<Sent> {
    const { type } = ask.request;
    // An instance that has begun to answer since the last look began may have been missed by it.
    await this.#looking?.catch(() => undefined);
    await this.#look();
    const peer = this.#peerFor(type);
    if (peer !== undefined) return sendTo(peer, ask);
    throw [...this.#peers.values()].some((each) => each.takes(type)) ? overloaded(type) : noResponder(type);
  }

  /** The one that waits for the fewest answers. Those that wait for as many take turns. */
  #peerFor(type: string): Peer | undefined {
    let best: readonly [string, Peer] | undefined;
    for (const entry of this.#peers) {
      const [, peer] = entry;
      if (peer.takes(type) && !peer.isStuck && peer.size < (best?.[1].size ?? Infinity)) best = entry;
    }
    if (best === undefined) return undefined;
    if (this.#peers.size > 1) {
      this.#peers.delete(best[0]);
      this.#peers.set(...best);
    }
    return best[1];
  }

  #look(): Promise<void> {
    this.#lookedAt = performance.now();
    this.#looking ??= this.#connectNew().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  /** Connects to the instances that are not known yet. Resolves once they have said what they answer. */
  async #connectNew(): Promise<void> {
    const folder = await this.#folder();
    const places = await folder.list();
    const added: Peer[] = [];
    for (const place of places) {
      if (this.#peers.has(place.name) || this.#isClosed) continue;
      const peer = new Peer({
        place,
        maxMessageBytes: this.#maxBytes,
        onAnswer: (ticket, json) => this.#pending.settle(ticket, json),
        onRefused: (sent) => this.#sendAgain(sent),
        onClose: (lost, why) => {
          this.#peers.delete(place.name);
          for (const { ask } of lost) this.#pending.fail(ask.ticket, connectionLost(ask.request, why ?? leftAlone));
          if (isAbandoned(why)) void folder.clean(place);
        },
      });
      this.#peers.set(place.name, peer);
      added.push(peer);
    }
    if (added.length > 0) await endsWithin(greetingMs, Promise.all(added.map(({ greeted }) => greeted)));
  }

  #sendAgain(sent: Sent): void {
    const { ask } = sent;
    const again = async (): Promise<void> => {
      const next = await this.#send(ask);
      sent.peer = next.peer;
    };
    again().catch((error: unknown) => this.#pending.fail(ask.ticket, error));
  }
}

const leftAlone = new Error('its process has ended or has closed it');

/** Whether nothing listens any more where an instance did. Others may listen and refuse us. */
function isAbandoned(why: Error | undefined): boolean {
  const { code } = (why ?? {}) as NodeJS.ErrnoException;
  return code === 'ECONNREFUSED' || code === 'ENOENT';
}

function sendTo(peer: Peer, ask: Ask): Sent {
  const { json, request } = ask;
  if (json.length * 3 > peer.maxMessageBytes) {
    const bytes = Buffer.byteLength(json);
    if (bytes > peer.maxMessageBytes) throw tooLarge(request.type, bytes, peer.maxMessageBytes);
  }
  const sent = { ask, peer };
  peer.send(sent);
  return sent;
}

function overloaded(type: string): AnywiseError {
  return new AnywiseError(
    'OVERLOADED',
    `The processes that answer \`${type}\` do not read what they are sent, so it was not handled. Send it again later.`,
    { retryable: true },
  );
}
