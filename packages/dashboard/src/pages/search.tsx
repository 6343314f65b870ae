import type { ComponentChildren } from 'preact';
import { readable } from '../data/snapshot.js';
import { findConversation } from '../conversations/find.js';
import { Heading, Nothing } from '../ui/pieces.js';
import { many } from '../ui/words.js';
import { link, sourcesSeen, type Page, type Visit } from '../visit.js';

interface Hit {
  readonly what: string;
  readonly to: string;
  readonly says: string;
}

const mostHits = 50;
const lanesSearched = 50;

/** Finds what was typed as an id, a correlation, a key, or a part of the name of a listener or a message. */
export const search: Page = {
  path: '/search',
  look: async (visit) => {
    const text = visit.query.get('q')?.trim() ?? '';
    const hits =
      text === '' ? [] : [...(await messages(visit, text)), ...(await lanes(visit, text)), ...names(visit, text)];
    return {
      title: 'Search',
      section: '/',
      count: hits.length > 0 ? String(hits.length) : undefined,
      isLive: false,
      body: <Found text={text} hits={hits.slice(0, mostHits)} />,
    };
  },
};

function Found({ text, hits }: { readonly text: string; readonly hits: readonly Hit[] }): ComponentChildren {
  return (
    <>
      <Heading title="Search" lead={text === '' ? 'An id, a key, a type or a correlation' : `What fits “${text}”`} />
      {hits.length === 0 ? (
        <Nothing title={text === '' ? 'Type something to look for.' : 'Nothing fits.'}>
          Ids and keys are compared as a whole, names of listeners and messages by any part.
        </Nothing>
      ) : (
        <ul class="card hits">
          {hits.map(({ what, to, says }) => (
            <li key={`${what} ${to}`}>
              <a href={to}>{what}</a> <span class="muted">{says}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

async function messages(visit: Visit, text: string): Promise<readonly Hit[]> {
  const seen = await findConversation(sourcesSeen(visit), text, 100);
  if (seen.length === 0) return [];
  const one = seen.filter(({ id }) => id === text);
  const dead = one.flatMap((each): Hit[] => {
    if (each.part !== 'inbox' || each.state !== 'dead') return [];
    const { service, listener, source, id, type } = each;
    const to = link(visit, '/dead-letters/letter', { service, listener, source, id });
    return [{ what: type, to, says: `dead letter of ${listener}` }];
  });
  const count = new Set(seen.map(({ id }) => id)).size;
  const what = one[0]?.type ?? seen[0]?.type ?? text;
  const to = link(visit, '/conversations', { id: text });
  return [{ what, to, says: `conversation of ${many(count, 'message')}` }, ...dead];
}

/** A key belongs to a listener, so each that has messages is asked. */
async function lanes(visit: Visit, key: string): Promise<readonly Hit[]> {
  const asked = readable(visit.sight.snapshot)
    .flatMap(({ service, counts }) => counts.inbox.listeners.map(({ listener }) => ({ service, listener })))
    .slice(0, lanesSearched);
  const found = await Promise.all(
    asked.map(async ({ service, listener }): Promise<readonly Hit[]> => {
      const view = sourcesSeen(visit).find((source) => source.service === service)?.store.view;
      const rows = (await view?.inbox({ listener, key }, { limit: 101 })) ?? [];
      if (rows.length === 0) return [];
      const to = link(visit, '/waiting', { service, listener, key });
      return [{ what: key, to, says: `key of ${listener}: ${many(rows.length, 'unfinished message')}` }];
    }),
  );
  return found.flat();
}

function names(visit: Visit, text: string): readonly Hit[] {
  const part = text.toLowerCase();
  const fits = (name: string): boolean => name.toLowerCase().includes(part);
  return readable(visit.sight.snapshot).flatMap(({ service, counts, groups }) => [
    ...counts.inbox.listeners
      .filter(({ listener }) => fits(listener))
      .map(({ listener }): Hit => ({
        what: listener,
        to: link(visit, '/waiting', { service, listener }),
        says: `listener of ${service}`,
      })),
    ...groups
      .filter(({ type, error }) => fits(type) || fits(error))
      .map(({ listener, type, error }): Hit => ({
        what: type,
        to: link(visit, '/dead-letters', { service, listener, type, error }),
        says: `dead letters of ${listener}: ${error}`,
      })),
  ]);
}
