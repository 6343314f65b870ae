import { errorText } from '../core/errors/thrown.js';
import { HttpProblem } from './http-problem.js';

/** Code that walks through data calls itself for each level, and the stack is finite. */
const mostLevels = 100;

/** @throws HttpProblem (400) that says where it breaks, and shows nothing of the text. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (isDeeper(text, mostLevels)) {
    throw new HttpProblem(400, { detail: `The body is nested more than ${mostLevels} levels deep.` });
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
  if (message.includes('end of JSON input')) return ': it ends too early';
  const position = Number(/at position (\d+)/.exec(message)?.[1]);
  if (Number.isNaN(position)) return '';
  const before = text.slice(0, position);
  return `: it breaks at line ${before.split('\n').length}, column ${position - before.lastIndexOf('\n')}`;
}

/** Counts open brackets outside of texts. What is not JSON is left to the parser. */
function isDeeper(text: string, levels: number): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isInText = !isInText;
    else if (isInText) at += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (depth > levels) return true;
  }
  return false;
}
