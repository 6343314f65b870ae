import type { SwaggerAssets } from '../http/assets.js';
import { href } from '../ui/href.js';

/** A whole page, with a style of its own: Swagger UI, over one document. */
export function ApiReader({
  base,
  title,
  document,
  paths,
}: {
  readonly base: string;
  readonly title: string;
  /** Its address. */
  readonly document: string;
  readonly paths: SwaggerAssets['paths'];
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Anywise`}</title>
        <link rel="icon" href={`${base}${paths.icon}`} type="image/svg+xml" />
        <link rel="stylesheet" href={`${base}${paths.style}`} />
        <script src={`${base}${paths.bundle}`} defer />
        <script src={`${base}${paths.script}`} defer />
      </head>
      <body>
        <nav class="swagger-ui">
          <p class="wrapper">
            <a class="link" href={href(base, '/apis')}>
              All APIs
            </a>
          </p>
        </nav>
        <main id="api" data-document={document}>
          <noscript>
            This page needs scripts. <a href={document}>The document</a> itself does not.
          </noscript>
        </main>
      </body>
    </html>
  );
}
