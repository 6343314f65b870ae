import { urlOf } from './occupant.js';
import type { Endpoint } from './problems.js';

/**
 * Returns the OpenAPI documents of the services that run. Each names the address of its service, as the page that shows it
 * comes from elsewhere.
 *
 * @param token what the services let in.
 */
export async function apisOf(services: readonly Endpoint[], token: string): Promise<readonly object[]> {
  const documents = await Promise.all(services.map(async (service) => documentOf(urlOf(service), token)));
  return documents.filter((document) => document !== undefined);
}

async function documentOf(url: string, token: string): Promise<object | undefined> {
  try {
    const response = await fetch(`${url}/openapi.json`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(2000),
    });
    return response.ok ? { ...((await response.json()) as object), servers: [{ url }] } : undefined;
  } catch {
    return undefined;
  }
}
