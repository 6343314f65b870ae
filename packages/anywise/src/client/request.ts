import { describeValue } from '../core/errors/describe.js';
import { InvalidMessageError, type Issue } from '../core/errors/errors.js';
import { jsonIssues } from '../core/message/json.js';
import type { ClientRoute } from './routes.js';

/** One HTTP request for a message. */
export interface MessageRequest {
  readonly url: string;
  readonly method: string;
  /** Absent if there is nothing to send. */
  readonly body?: string;
}

/**
 * Turns a message into the request that its route takes: fields that the path names go into the path, the others into the
 * query for `get`, and into the body otherwise.
 *
 * @throws InvalidMessageError if a field cannot be part of a path or of a query.
 */
export function requestOf(route: ClientRoute, message: object, baseUrl: string): MessageRequest {
  const {
    method,
    path,
    message: { type },
  } = route;
  const data = { ...message } as Readonly<Record<string, unknown>>;
  const issues: Issue[] = [];
  const inPath = new Set<string>();
  const filled = path.replaceAll(/:(\w+)/g, (_whole, name: string) => {
    inPath.add(name);
    return segmentOf(name, data[name], issues);
  });
  const rest = Object.entries(data).filter(([name, value]) => !inPath.has(name) && value !== undefined);
  const query = method === 'get' ? queryOf(rest, issues) : '';
  // Otherwise a set would become an empty object, without a word.
  if (method !== 'get') issues.push(...rest.flatMap(([name, value]) => jsonIssues(value, [name])));
  if (issues.length > 0) throw new InvalidMessageError(type, issues);
  const url = `${baseUrl.replace(/\/+$/, '')}${filled}${query}`;
  const hasBody = method !== 'get' && rest.length > 0;
  return { url, method: method.toUpperCase(), ...(hasBody && { body: JSON.stringify(Object.fromEntries(rest)) }) };
}

function segmentOf(name: string, value: unknown, issues: Issue[]): string {
  const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const text = isText ? String(value) : '';
  // URLs drop segments of dots, however they are written, and another route would answer.
  if (text !== '' && text !== '.' && text !== '..' && !/\p{Surrogate}/u.test(text)) return encodeURIComponent(text);
  issues.push({ message: `is ${describeValue(value)}, which cannot be part of a path`, path: [name] });
  return '';
}

function queryOf(fields: readonly (readonly [string, unknown])[], issues: Issue[]): string {
  const query = new URLSearchParams();
  for (const [name, value] of fields) {
    for (const item of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      const isText = typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean';
      if (isText) query.append(name, String(item));
      else issues.push({ message: `is ${describeValue(item)}, which cannot be part of a query`, path: [name] });
    }
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
