import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { makeMessage, now } from './message.js';

/** @typedef {import('./subject.js').Publisher} Publisher */
/** @typedef {import('./consumer-process.js').ConsumerProcess} ConsumerProcess */

/** In milliseconds. @typedef {{ readonly p50: number, readonly p99: number }} Latency */

const warmUp = 300;
/** So far may the consumer be behind, until half of it is left: what piles up without end is not throughput. */
const mostBehind = 4_000;
/** Work on an embedded database may never leave the event loop a gap by itself, as a service's requests do. */
const breatheEveryMs = 1;

/** Measures one publishing and one consuming process. */
export class Measurement {
  #sent = 0;
  #breathed = 0;
  #publisher;
  #consumer;

  /**
   * @param {Publisher} publisher
   * @param {ConsumerProcess} consumer
   */
  constructor(publisher, consumer) {
    this.#publisher = publisher;
    this.#consumer = consumer;
  }

  /**
   * Messages a second, from the first call of `publish` until the consumer is done with the last message. Meanwhile
   * `inFlight` calls of `publish` are open.
   *
   * @param {number} inFlight
   * @param {number} ms how long messages are published
   */
  async rate(inFlight, ms) {
    const warm = this.#sent + warmUp;
    await this.#publish(inFlight, () => this.#sent < warm);
    await this.#consumer.caughtUp(this.#sent);
    const sentBefore = this.#sent;
    const begin = now();
    await this.#publish(inFlight, () => now() < begin + ms);
    await this.#consumer.caughtUp(this.#sent);
    return ((this.#sent - sentBefore) * 1_000) / (now() - begin);
  }

  /**
   * How long messages take, from the call of `publish` to the code that wants them, where hardly anything goes on.
   *
   * @param {number} count
   * @param {number} everyMs
   * @returns {Promise<Latency>}
   */
  async latency(count, everyMs) {
    await this.#consumer.takeLatencies();
    for (let n = 0; n < count; n++) {
      // Irregular, so that no poll can fall into step with it.
      await sleep(everyMs * (0.5 + Math.random()));
      await this.#publisher.publish(makeMessage(++this.#sent));
    }
    await this.#consumer.caughtUp(this.#sent);
    const latencies = [...(await this.#consumer.takeLatencies())].sort((a, b) => a - b);
    const at = (/** @type {number} */ part) => latencies[Math.floor(latencies.length * part)] ?? Number.NaN;
    return { p50: at(0.5), p99: at(0.99) };
  }

  /**
   * @param {number} lanes
   * @param {() => boolean} goOn
   */
  async #publish(lanes, goOn) {
    const lane = async () => {
      while (goOn()) {
        await this.#publisher.publish(makeMessage(++this.#sent));
        if (this.#sent - this.#consumer.done > mostBehind) await this.#consumer.caughtUp(this.#sent, mostBehind / 2);
        if (now() - this.#breathed > breatheEveryMs) await this.#breathe();
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  async #breathe() {
    this.#breathed = now();
    await setImmediate();
    this.#breathed = now();
  }
}
