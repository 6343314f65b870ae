import { createHash } from 'node:crypto';
import { checkOptions, type OptionCheck, type OptionChecks } from '../core/errors/options.js';

/** A document, or what makes it when it is asked for first. */
type Document = object | (() => object);

/** The documents that `documents()` serves. */
export interface Documents {
  /** Served at `/openapi.json`. @defaultValue not served */
  readonly openapi?: Document;
  /** Served at `/asyncapi.json`. @defaultValue not served */
  readonly asyncapi?: Document;
}

/** What a request for a document is answered with. */
export interface DocumentAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty if the client has it. */
  readonly text: string;
}

/** A document at its path. */
export interface ServedDocument {
  readonly path: string;
  /** @param known the header `If-None-Match` of the request. */
  readonly answer: (known: string | undefined) => DocumentAnswer;
}

/** @throws SetupError if something is not a document. */
export function servedDocuments(served: Documents): readonly ServedDocument[] {
  checkOptions('`documents()`', served, checks);
  const given = Object.entries(served) as [string, Document | undefined][];
  return given.flatMap(([name, document]) => (document === undefined ? [] : [serving(`/${name}.json`, document)]));
}

const isDocument: OptionCheck = (value) =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && !Array.isArray(value))
    ? undefined
    : 'a document, or a function that makes one';

const checks: OptionChecks<Documents> = { openapi: isDocument, asyncapi: isDocument };

interface Written {
  readonly text: string;
  readonly etag: string;
}

function serving(path: string, document: Document): ServedDocument {
  let written: Written | undefined;
  return {
    path,
    answer(known) {
      written ??= write(typeof document === 'function' ? (document as () => object)() : document);
      const { text, etag } = written;
      const headers = { etag, 'cache-control': 'private, no-cache' };
      if (hasIt(known, etag)) return { status: 304, headers, text: '' };
      return { status: 200, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' }, text };
    },
  };
}

/** A proxy that compresses answers makes the tag weak. */
function hasIt(known: string | undefined, etag: string): boolean {
  return known?.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim())) === true;
}

function write(document: object): Written {
  const text = JSON.stringify(document);
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
}
