import { connect } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What answers on a port. */
export type Occupant =
  | { readonly kind: 'service'; readonly service: string; readonly pid: number }
  /** Some other HTTP server. */
  | { readonly kind: 'http' }
  /** Something that does not answer an HTTP request. */
  | { readonly kind: 'other' };

/** Finds out what listens on a port; `undefined` if nothing does. */
export async function occupantOf(address: Address): Promise<Occupant | undefined> {
  if (!(await isTaken(address))) return undefined;
  try {
    const response = await fetch(`${urlOf(address)}/health/live`, { signal: AbortSignal.timeout(2000) });
    const text = await response.text();
    return identityIn(text) ?? { kind: 'http' };
  } catch {
    // It may have ended in the meantime.
    return (await isTaken(address)) ? { kind: 'other' } : undefined;
  }
}

/** Listening there for a moment would be more reliable, but could block a service that is just starting. */
async function isTaken({ host, port }: Address): Promise<boolean> {
  const socket = connect({ host: reachable(host), port });
  return new Promise((resolve) => {
    const settle = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket
      .once('connect', () => settle(true))
      .once('error', () => settle(false))
      .setTimeout(2000, () => settle(false));
  });
}

/** The service and the process that a health route reports. */
export function identityIn(answer: string): Extract<Occupant, { kind: 'service' }> | undefined {
  const { service, pid } = Object(parse(answer)) as { readonly service?: unknown; readonly pid?: unknown };
  return typeof service === 'string' && typeof pid === 'number' ? { kind: 'service', service, pid } : undefined;
}

export function describeOccupant(occupant: Occupant): string {
  switch (occupant.kind) {
    case 'service':
      return `the service \`${occupant.service}\` (process ${occupant.pid})`;
    case 'http':
      return 'another HTTP server';
    case 'other':
      return 'a program that does not speak HTTP';
  }
}

/** Where this machine reaches what listens on an address. */
export function urlOf({ host, port }: Address): string {
  const name = reachable(host);
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

export function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** An address that means all addresses is not one to connect to. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
