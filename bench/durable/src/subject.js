/** @typedef {import('./message.js').Message} Message */

/**
 * What the consuming process tells of: each message once it reaches the code that wants it, and each once it is done with.
 *
 * @typedef {object} Arrivals
 * @property {(message: Pick<Message, 'sentAt'>) => void} arrived
 * @property {() => void} done
 */

/**
 * @typedef {object} Publisher
 * @property {(message: Message) => Promise<unknown>} publish Resolves when the message is as safe as the subject promises.
 * @property {() => Promise<unknown>} close
 */

/**
 * A way to bring messages from one process to another. `url` names a place that is empty, and removed afterwards.
 *
 * @typedef {object} Subject
 * @property {(url: string) => Promise<void>} [prepare] Runs once, before either process connects.
 * @property {(url: string) => Promise<Publisher>} publisher
 * @property {(url: string, arrivals: Arrivals) => Promise<{ close(): Promise<unknown> }>} consumer
 */

export {};
