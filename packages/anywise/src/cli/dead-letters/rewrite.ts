import type { DeadLetter } from '../../core/ports/dead-letters.js';
import { envelopeIn, parseEnvelope, type Envelope } from '../../core/message/envelope.js';
import { isDeeperThan } from '../../core/message/json-depth.js';
import { limits } from '../../core/message/limits.js';
import { errorText } from '../../core/errors/thrown.js';
import { Refusal } from '../refusal.js';

/** The part that an edit replaces: the message's data, or the whole text. */
export type Part = 'data' | 'envelope';

/** The text of a part, for editing. */
export function textOf({ json }: DeadLetter, part: Part): string {
  if (part === 'data') return JSON.stringify(envelopeOf(json).data ?? null, null, 2);
  const envelope = envelopeIn(json);
  return envelope === undefined ? json : JSON.stringify(envelope, null, 2);
}

/** A dead letter's envelope with a part replaced, as JSON. @throws Refusal if the result could not be handled. */
export function rewrite({ json, original = json }: DeadLetter, part: Part, text: string): string {
  if (part === 'data') return JSON.stringify({ ...envelopeOf(json), data: readJson(text) });
  const envelope = readEnvelope(text);
  const before = envelopeIn(original);
  if (before !== undefined && (before.id !== envelope.id || before.type !== envelope.type)) {
    throw new Refusal(
      2,
      'The `id` and `type` of an envelope identify it and cannot be changed. Leave them as they are.',
    );
  }
  return JSON.stringify(envelope);
}

function readJson(text: string): unknown {
  // The data is one level below the envelope.
  if (isDeeperThan(limits.depth - 1, text)) {
    throw new Refusal(2, `The new data is nested too deeply. A message may have ${limits.depth} levels.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(2, `The new data is not JSON: ${errorText(error)}.`);
  }
}

function readEnvelope(text: string): Envelope {
  try {
    return parseEnvelope(text);
  } catch (error) {
    throw new Refusal(2, `The new text is not an envelope. ${errorText(error)}`);
  }
}

function envelopeOf(json: string): Envelope {
  try {
    return parseEnvelope(json);
  } catch (error) {
    throw new Refusal(1, `It has no data to edit. ${errorText(error)}\nReplace the whole text with \`--envelope\`.`);
  }
}
