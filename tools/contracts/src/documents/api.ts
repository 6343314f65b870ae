import { apiDocuments } from '@anywise/service';
import type { ServiceCode, WorkspaceCode } from '@anywise/dev/code';
import type { Files } from './files.js';

/** The folder of the documents, which has nothing else. */
export const apiFolder = 'docs/api';

/** The OpenAPI and the AsyncAPI document of each service. */
export function apiFiles({ services }: WorkspaceCode): Files {
  return new Map(
    services.flatMap((service): [string, string][] => {
      const { openapi, asyncapi } = apiDocuments(
        service.definition,
        { describe: () => service.description },
        sentBy(service),
      );
      return [
        [`${apiFolder}/${service.name}.openapi.json`, textOf(openapi)],
        [`${apiFolder}/${service.name}.asyncapi.json`, textOf(asyncapi)],
      ];
    }),
  );
}

/** The messages of any slice that its code sends or enqueues. */
function sentBy({ uses }: ServiceCode): string[] {
  const sent = uses.filter(({ deed }) => deed === 'sends' || deed === 'enqueues').map(({ type }) => type);
  return [...new Set(sent)].sort();
}

function textOf(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
