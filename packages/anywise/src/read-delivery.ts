import { parseEnvelope } from './envelope.js';
import { errorText } from './errors.js';
import type { Delivery } from './transport.js';

/** What a transport hands over of a text that it has kept: the envelope, or the text itself where it holds none. */
export function readDelivery(text: string): Delivery {
  try {
    return { envelope: parseEnvelope(text), json: text };
  } catch (error) {
    return { unreadable: text, reason: errorText(error) };
  }
}
