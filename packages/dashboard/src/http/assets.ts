import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ServerResponse } from 'node:http';

/** A file that pages load. Its address has its hash, so that a browser never runs an old script with a new page. */
interface Asset {
  readonly content: Buffer;
  readonly type: string;
  readonly path: string;
}

/** Files that pages load, read once. */
export interface Assets<Name extends string> {
  /** Where a page finds each of them, below the dashboard's own path. */
  readonly paths: Readonly<Record<Name, string>>;
  /** Answers with the asset at a path; `false` if there is none. */
  send(path: string, response: ServerResponse): boolean;
}

/** The style and the scripts of pages. */
export type PageAssets = Assets<'style' | 'htmx' | 'script' | 'icon'>;

/** What shows an API in a browser. */
export type SwaggerAssets = Assets<'style' | 'bundle' | 'script' | 'icon'>;

export function readPageAssets(): PageAssets {
  return serving({
    style: asset('style', own('style.css'), 'css'),
    script: asset('dashboard', own('dashboard.js'), 'js'),
    htmx: asset('htmx', installed('htmx.org/dist/htmx.min.js'), 'js'),
    icon: asset('icon', own('icon.svg'), 'svg'),
  });
}

/** `undefined` if Swagger UI is not installed. */
export function readSwaggerAssets(): SwaggerAssets | undefined {
  try {
    return serving({
      style: asset('swagger-ui', installed('swagger-ui-dist/swagger-ui.css'), 'css'),
      bundle: asset('swagger-ui', installed('swagger-ui-dist/swagger-ui-bundle.js'), 'js'),
      script: asset('swagger', own('swagger.js'), 'js'),
      icon: asset('icon', own('icon.svg'), 'svg'),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

const own = (file: string): Buffer => readFileSync(new URL(`../../assets/${file}`, import.meta.url));
const installed = (file: string): Buffer => readFileSync(createRequire(import.meta.url).resolve(file));

const types = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

function asset(name: string, content: Buffer, ending: keyof typeof types): Asset {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return { content, type: types[ending], path: `/assets/${name}-${hash}.${ending}` };
}

function serving<Name extends string>(assets: Readonly<Record<Name, Asset>>): Assets<Name> {
  const all = Object.entries(assets) as [Name, Asset][];
  const byPath = new Map(all.map(([, each]) => [each.path, each]));
  return {
    paths: Object.fromEntries(all.map(([name, { path }]) => [name, path])) as Record<Name, string>,
    send(path, response) {
      const found = byPath.get(path);
      if (found === undefined) return false;
      response.setHeader('content-type', found.type);
      response.setHeader('cache-control', 'private, max-age=31536000, immutable');
      response.end(found.content);
      return true;
    },
  };
}
