import { parseEnvelope } from '../core/message/envelope.js';
import { errorText } from '../core/errors/thrown.js';
import type { Received } from '../core/ports/transport.js';

/** What a transport hands over of a text that it has kept: the envelope, or the text itself where it holds none. */
export function readDelivery(text: string): Received {
  try {
    return { envelope: parseEnvelope(text), json: text };
  } catch (error) {
    return { unreadable: text, reason: errorText(error) };
  }
}
