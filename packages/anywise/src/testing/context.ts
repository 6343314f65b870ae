import { MessageContext, type Context, type ContextEntry } from '../core/message/context.js';

/** A context to call a handler or a listener with: `createOrder.run(command, testContext(CurrentUser(ada)), { … })`. */
export function testContext(...entries: readonly ContextEntry[]): Context {
  return new MessageContext({ entries });
}
