/**
 * The request, about 300 bytes as JSON. Its answer is as large.
 *
 * @typedef {{ readonly orderId: string, readonly filler: string }} Request
 */

/** @typedef {{ readonly paymentId: string, readonly orderId: string, readonly filler: string }} Reply */

/**
 * @typedef {object} Asker
 * @property {(request: Request) => Promise<Reply>} ask
 * @property {() => Promise<unknown>} close
 */

/**
 * A way to ask another process. `url` names a place that is removed afterwards.
 *
 * @typedef {object} RemoteSubject
 * @property {(url: string) => Promise<Asker>} asker Its first answer may take a while.
 * @property {(url: string) => Promise<{ close(): Promise<unknown> }>} responder Answers with `replyTo`.
 */

const filler = 'x'.repeat(260);

/**
 * @param {number} n
 * @returns {Request}
 */
export function makeRequest(n) {
  return { orderId: `order-${n}`, filler };
}

/**
 * What every responder does: nothing that takes time.
 *
 * @param {Request} request
 * @returns {Reply}
 */
export function replyTo({ orderId }) {
  return { paymentId: 'payment', orderId, filler };
}
