import { fork } from 'node:child_process';
import { once } from 'node:events';
import { clearTimeout, setTimeout } from 'node:timers';
import { URL, fileURLToPath } from 'node:url';

/** @typedef {import('./consume.js').Report} Report */

const script = fileURLToPath(new URL('consume.js', import.meta.url));
const patienceMs = 30_000;

/** The consuming process, seen from the publishing one. */
export class ConsumerProcess {
  /** How many messages it was done with when it last told. */
  done = 0;
  #child;
  /** @type {(() => void)[]} */
  #waiting = [];

  /**
   * @param {string} name
   * @param {string} url
   */
  constructor(name, url) {
    this.#child = fork(script, [name, url]);
    this.#child.on('message', (/** @type {Report} */ { done }) => {
      this.done = done;
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }

  /** Resolves when messages can arrive: RabbitMQ keeps none for a consumer that has never connected. */
  async ready() {
    await once(this.#child, 'message');
  }

  /** Resolves when at most `behind` of `sent` messages are not done with. */
  async caughtUp(/** @type {number} */ sent, behind = 0) {
    const giveUp = setTimeout(() => {
      throw new Error(`Only ${this.done} of ${sent} messages had arrived when none had for ${patienceMs / 1000} s.`);
    }, patienceMs);
    while (sent - this.done > behind) {
      await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
      giveUp.refresh();
    }
    clearTimeout(giveUp);
  }

  /** How long each message since the last call took to arrive. */
  async takeLatencies() {
    this.#child.send('latencies');
    for (;;) {
      const [{ latencies }] = /** @type {[Report]} */ (await once(this.#child, 'message'));
      if (latencies !== undefined) return latencies;
    }
  }

  async close() {
    this.#child.send('close');
    await once(this.#child, 'exit');
  }
}
