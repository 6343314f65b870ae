import { fork } from 'node:child_process';
import { once } from 'node:events';
import { URL, fileURLToPath } from 'node:url';

/** @typedef {import('./took.js').Took} Took */
/** @typedef {'anywise' | 'emmett'} Library */

/**
 * What a process works on.
 *
 * @typedef {object} Setting
 * @property {Pick<import('./places.js').Place, 'url' | 'file'>} place
 * @property {import('./cases.js').Size} size
 */

/** What it is told to do: one round of the case with this name. @typedef {{ readonly name: string }} Task */

const script = fileURLToPath(new URL('one-library.js', import.meta.url));

/** A library in a process of its own, so that neither slows the other down by what it leaves in memory. */
export class LibraryProcess {
  #child;

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.#child = child;
  }

  /** Resolves when its log has been filled. @param {Library} library @param {Setting} setting */
  static async start(library, setting) {
    const started = new LibraryProcess(fork(script, [library, JSON.stringify(setting)]));
    await started.#answer();
    return started;
  }

  /** @param {string} name of the case @returns {Promise<Took>} */
  async run(name) {
    this.#child.send({ name });
    const { took } = await this.#answer();
    return took;
  }

  async close() {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  /** @returns {Promise<any>} */
  async #answer() {
    const ended = new globalThis.AbortController();
    try {
      const [said] = await Promise.race([
        once(this.#child, 'message', { signal: ended.signal }),
        once(this.#child, 'exit', { signal: ended.signal }).then(([code]) => {
          throw new Error(`A library's process ended with ${code}.`);
        }),
      ]);
      return said;
    } finally {
      ended.abort();
    }
  }
}
