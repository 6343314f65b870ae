import { errorText } from '../core/errors/thrown.js';
import { isDeeperThan } from '../core/message/json-depth.js';
import { limits } from '../core/message/limits.js';
import { HttpProblem } from './http-problem.js';

/** @throws HttpProblem (400) that says where the JSON is invalid, without showing the text. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (isDeeperThan(limits.depth, text)) {
    throw new HttpProblem(400, { detail: `The body is nested more than ${limits.depth} levels deep.` });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new HttpProblem(400, { detail: `The body is not valid JSON${whereItBroke(errorText(error), text)}.` });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new HttpProblem(400, { detail: 'The body is not valid UTF-8.', cause });
  }
}

function whereItBroke(message: string, text: string): string {
  if (message.includes('end of JSON input')) return ': it ends unexpectedly';
  const position = Number(/at position (\d+)/.exec(message)?.[1]);
  if (Number.isNaN(position)) return '';
  const before = text.slice(0, position);
  return `: unexpected input at line ${before.split('\n').length}, column ${position - before.lastIndexOf('\n')}`;
}
