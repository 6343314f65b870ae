import type { ServerResponse } from 'node:http';
import type { VNode } from 'preact';
import { render } from 'preact-render-to-string';
import { visible } from '../ui/words.js';

/** Answers with a page. */
export function sendPage(response: ServerResponse, status: number, page: VNode): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<!doctype html>${render(page).replace(tagOrText, escaped)}`);
}

/** What is rendered has its attributes in double quotes. */
const tagOrText = /<[^>"]*(?:"[^"]*"[^>"]*)*>|[^<]+/g;

/** Attributes stay as they are, as forms send them back. */
function escaped(part: string): string {
  return part.startsWith('<') ? part : visible(part);
}

/** Answers a page that shows all that there is to see. */
export function sendNothingNew(response: ServerResponse): void {
  response.statusCode = 204;
  response.end();
}

/** Answers with data, for programs. */
export function sendJson(response: ServerResponse, data: object): void {
  response.statusCode = 200;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(data));
}

/** Answers with a sentence, where there is no page to show: the caller may not see one. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
}

export function sendTo(response: ServerResponse, location: string): void {
  response.statusCode = 303;
  response.setHeader('location', location);
  response.end();
}
