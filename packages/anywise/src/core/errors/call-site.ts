import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Tells the file and the line of some code, such as `src/place-order/handler.ts:16`; `undefined` where that is not known. */
export type CallSite = () => string | undefined;

/** The place from which a function was called. Its text is made when it is asked for, so that a start pays for none. */
export function callSiteOf(called: (...args: never[]) => unknown): CallSite {
  const trace: { readonly stack?: unknown } = {};
  Error.captureStackTrace(trace, called);
  // `Error.prepareStackTrace` of another package may make anything of it.
  return () => (typeof trace.stack === 'string' ? firstPlace(trace.stack) : undefined);
}

/** The first place in a stack that is in a file: calls from built-in code have none. */
function firstPlace(stack: string): string | undefined {
  for (const frame of stack.split('\n')) {
    const [, file, line] = /^\s+at (?:.*? \()?(.+):(\d+):\d+\)?$/.exec(frame) ?? [];
    if (file !== undefined && !/^(node:|eval at )/.test(file)) return `${pathFromHere(file)}:${line}`;
  }
  return undefined;
}

function pathFromHere(file: string): string {
  const path = file.startsWith('file:') ? fileURLToPath(file.replace(/\?.*$/, '')) : file;
  return relative(process.cwd(), path).replaceAll('\\', '/');
}
