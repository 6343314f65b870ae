import { connectStore } from '../connect/connect.js';
import { longestScheme, shownValue } from '../core/errors/shown.js';
import type { Store } from '../core/ports/store.js';
import { didYouMean } from '../core/errors/nearest.js';
import type { Options } from './options.js';
import { postgresServices } from './postgres-services.js';
import { Refusal } from './refusal.js';
import { assertNoFile, sqliteServices } from './sqlite-services.js';
import { findStoreUrl, type StoreUrl } from './store-url.js';
import type { Terminal } from './terminal.js';

/** A store and its service. */
export interface OpenStore {
  readonly service: string;
  readonly store: Store;
}

/**
 * Opens the store that the options and the environment name. Never creates one.
 *
 * @throws Refusal if the store does not exist, or the choice is ambiguous; AnywiseError if it cannot be opened.
 */
export async function openStore(options: Options, terminal: Terminal): Promise<OpenStore> {
  const url = findStoreUrl(options, terminal);
  const service = pickService(options.service, await servicesAt(url), url.shown);
  const store = await connectStore(url.url, { name: service });
  await store.check();
  return { service, store };
}

/** Where the store of a service is. */
export interface StorePlace {
  readonly service: string;
  readonly url: string;
  /** The URL without possible secrets. */
  readonly shown: string;
}

/**
 * Finds the store that the options and the environment name. That of a service named with `--service` need not exist.
 *
 * @throws Refusal if the choice is ambiguous, or there cannot be a store.
 */
export async function findStore(options: Options, terminal: Terminal): Promise<StorePlace> {
  const at = findStoreUrl(options, terminal);
  if (at.scheme === 'sqlite') assertNoFile(at.path);
  const service = options.service ?? pickService(undefined, await servicesAt(at), at.shown);
  return { service, url: at.url, shown: at.shown };
}

/**
 * Opens all stores at the URLs that the options and the environment name, or those of one service. Never creates one.
 *
 * @throws Refusal if there is none, or one service has two; AnywiseError if one cannot be opened.
 */
export async function openStores(options: Options, terminal: Terminal): Promise<readonly OpenStore[]> {
  const opened: OpenStore[] = [];
  try {
    for (const { service, url } of await placesOf(options, terminal)) {
      const store = await connectStore(url, { name: service });
      opened.push({ service, store });
      await store.check();
    }
    return opened;
  } catch (error) {
    for (const { store } of opened) await store.close();
    throw error;
  }
}

async function placesOf(options: Options, terminal: Terminal): Promise<readonly StorePlace[]> {
  const named = options.stores.length === 0 ? [undefined] : options.stores;
  const urls = named.map((store) => findStoreUrl({ store }, terminal));
  const places: StorePlace[] = [];
  for (const at of urls) {
    const services = await servicesAt(at);
    if (services.length === 0) pickService(undefined, services, at.shown);
    places.push(...services.map((service) => ({ service, url: at.url, shown: at.shown })));
  }
  if (options.service !== undefined) {
    const services = places.map(({ service }) => service);
    pickService(options.service, services, urls.map(({ shown }) => shown).join('`, `'));
  }
  const wanted = places.filter(({ service }) => options.service === undefined || service === options.service);
  return wanted.map((place, index) => {
    const twin = wanted.slice(0, index).find(({ service }) => service === place.service);
    if (twin === undefined) return place;
    throw new Refusal(
      2,
      `\`${twin.shown}\` and \`${place.shown}\` both have a store of \`${place.service}\`. Show each with a dashboard of its own.`,
    );
  });
}

/** The selected service: the one with this name, or the only one. */
export function pickService(name: string | undefined, services: readonly string[], where: string): string {
  const [only, ...others] = services;
  const there = services.map((service) => `\`${service}\``).join(', ');
  if (only === undefined) {
    throw new Refusal(3, `\`${where}\` has no stores. Start a service, or name its store with \`--store\`.`);
  }
  if (name !== undefined) {
    if (services.includes(name)) return name;
    throw new Refusal(
      3,
      `\`${where}\` has no store of \`${shownValue(name)}\`. It has: ${there}.${didYouMean(name, services)}`,
    );
  }
  if (others.length === 0) return only;
  throw new Refusal(2, `\`${where}\` has several stores: ${there}. Choose one with \`--service\`.`);
}

async function servicesAt({ scheme, path, url }: StoreUrl): Promise<readonly string[]> {
  switch (scheme) {
    case 'sqlite':
      return sqliteServices(path);
    case 'postgres':
    case 'postgresql':
      return postgresServices(url);
    default:
      throw cannotKeep(scheme);
  }
}

/** Why there is no store to look after at URLs of a scheme. */
export function cannotKeep(scheme: string): Refusal {
  const why =
    scheme === 'memory'
      ? 'A store in memory lives and dies with its process.'
      : `No store is known for \`${scheme.slice(0, longestScheme)}:\`.`;
  return new Refusal(2, `${why} Name one such as \`sqlite:.anywise\`.`);
}
