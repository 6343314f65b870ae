import type { Instruments, Trace } from '../ports/instrumentation.js';
import type { Frame } from './frame.js';
import type { SendOptions } from './send-options.js';

/** What a message is part of: that which sends it, or the trace that came with it from elsewhere. */
export function withinOf({ calls }: Instruments, options: SendOptions | undefined, caller: Frame | undefined): Trace {
  if (caller !== undefined) return caller.trace;
  const trace: unknown = options?.trace;
  return typeof trace === 'object' && trace !== null ? calls.continued(trace) : undefined;
}
