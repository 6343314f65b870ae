import type { ServerResponse } from 'node:http';
import { sendJson, sendPage } from '../http/answer.js';
import type { SwaggerAssets } from '../http/assets.js';
import { allowInlinePictures } from '../http/headers.js';
import { HttpError } from '../http/http-error.js';
import type { Place } from '../http/place.js';
import { href } from '../ui/href.js';
import { ApiReader } from './reader.js';

/** An OpenAPI document, and what a list of them shows. */
export interface Api {
  readonly title: string;
  readonly version: string;
  readonly description: string | undefined;
  /** The number of its routes. */
  readonly routes: number;
  readonly document: object;
}

/** The APIs that a dashboard shows. */
export interface Apis {
  /** Whether Swagger UI is installed, which shows them to people. */
  readonly hasReader: boolean;
  /** Sorted by title. */
  list(): Promise<readonly Api[]>;
  /**
   * Answers with a document, with the page that shows it, or with what that page loads; `false` for any other path.
   *
   * @throws HttpError (404) if no document has the title that the address names.
   */
  send(place: Place, response: ServerResponse): Promise<boolean>;
}

/** @param swagger what shows a document to people, if that is installed. */
export function showApis(
  make: () => readonly object[] | Promise<readonly object[]>,
  swagger: SwaggerAssets | undefined,
): Apis {
  const list = async (): Promise<readonly Api[]> => {
    const apis = (await make()).map(readApi);
    return apis.sort((a, b) => (a.title < b.title ? -1 : 1));
  };
  const find = async ({ search }: Place): Promise<Api> => {
    const title = new URLSearchParams(search).get('title');
    const found = (await list()).find((api) => api.title === title);
    if (found !== undefined) return found;
    throw new HttpError(404, title === null ? 'The address names no API.' : `There is no API \`${title}\` here.`);
  };
  return {
    hasReader: swagger !== undefined,
    list,
    async send(place, response) {
      if (place.path === '/apis/document') {
        sendJson(response, (await find(place)).document);
        return true;
      }
      if (swagger === undefined) return false;
      if (place.path !== '/apis/reader') return swagger.send(place.path, response);
      const { title } = await find(place);
      const document = href(place.base, '/apis/document', { title });
      allowInlinePictures(response);
      sendPage(response, 200, <ApiReader base={place.base} title={title} document={document} paths={swagger.paths} />);
      return true;
    },
  };
}

function readApi(document: object): Api {
  const { info, paths } = document as { readonly info?: Partial<Api>; readonly paths?: object };
  const { title = 'API', version = '', description } = info ?? {};
  const routes = Object.values(paths ?? {}).flatMap((path: object) => Object.keys(path));
  return { title, version, description, routes: routes.length, document };
}
