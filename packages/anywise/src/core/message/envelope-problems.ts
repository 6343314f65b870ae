import { limits } from './limits.js';
import { faultOf } from './storable-text.js';

/** Everything that is wrong with the attributes of an envelope, one text each. */
export function envelopeProblems(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ['it is not an object'];
  const attributes = value as Readonly<Record<string, unknown>>;
  const problems: string[] = [];
  for (const name of required) {
    const problem = textProblem(name, attributes[name]);
    if (problem !== undefined) problems.push(problem);
  }
  for (const name of optional) {
    const problem = attributes[name] === undefined ? undefined : textProblem(name, attributes[name]);
    if (problem !== undefined) problems.push(problem);
  }
  const { specversion, kind, schemaversion, datacontenttype, time, expirytime, timeoutms } = attributes;
  if (specversion !== '1.0') problems.push('`specversion` must be `1.0`');
  if (!kinds.has(kind)) problems.push('`kind` is not known');
  if (!Number.isInteger(schemaversion) || (schemaversion as number) < 1) {
    problems.push('`schemaversion` must be a whole number from 1');
  }
  if (typeof time === 'string' && !isTime(time)) problems.push('`time` must be a time as in RFC 3339');
  if (typeof expirytime === 'string' && !isTime(expirytime)) {
    problems.push('`expirytime` must be a time as in RFC 3339');
  }
  if (timeoutms !== undefined && !(Number.isInteger(timeoutms) && (timeoutms as number) >= 1)) {
    problems.push('`timeoutms` must be a whole number from 1');
  }
  if (datacontenttype !== undefined && !isJson(datacontenttype)) problems.push('`datacontenttype` must be JSON');
  if (attributes.data_base64 !== undefined) problems.push('`data_base64` is not supported: the data must be JSON');
  return problems;
}

const required = ['id', 'source', 'type', 'time', 'correlationid'] as const;
const optional = ['subject', 'partitionkey', 'causationid', 'traceparent', 'idempotencykey', 'expirytime'] as const;
const kinds: ReadonlySet<unknown> = new Set(['command', 'query', 'event', 'reply', 'error']);

/** Why a text cannot be an attribute: every store, index and broker must be able to keep it, unchanged. */
export function textProblem(name: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return `\`${name}\` must be a non-empty string`;
  // A text of at most a third of the limit's length cannot be over it: UTF-8 takes at most three bytes for each unit.
  if (value.length * 3 > limits.attributeBytes && Buffer.byteLength(value) > limits.attributeBytes) {
    return `\`${name}\` has ${Buffer.byteLength(value)} bytes, more than ${limits.attributeBytes}`;
  }
  const fault = faultOf(value);
  return fault === undefined ? undefined : `\`${name}\` ${fault}`;
}

function isTime(text: string): boolean {
  // As this library writes it, of a day that every month has; other forms cost a parse.
  if (/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/.test(text))
    return true;
  return /^\d{4}-\d\d-\d\dT/i.test(text) && !Number.isNaN(Date.parse(text));
}

function isJson(mediaType: unknown): boolean {
  return typeof mediaType === 'string' && /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(mediaType);
}
