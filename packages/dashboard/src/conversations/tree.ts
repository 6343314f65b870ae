import type { Seen } from 'anywise';

/** What one service knows of a message. */
export type Sighting = Seen & { readonly service: string };

/** One message of a conversation, what became of it, and what came of it. */
export interface Branch {
  readonly id: string;
  readonly type: string;
  readonly key: string | undefined;
  /** Who sent it. */
  readonly source: string;
  /** The message that it came of, if that is not in the tree: it was not kept, as that of a request. */
  readonly unseenCause: string | undefined;
  /** When it was first seen: milliseconds since 1970. */
  readonly since: number;
  /** What each listener did with it, and where it waits to leave. */
  readonly sightings: readonly Sighting[];
  readonly children: readonly Branch[];
}

/** The messages of a conversation as a tree, each below the one that it came of, in the order in which they came. */
export function treeOf(sightings: readonly Sighting[]): readonly Branch[] {
  const byId = new Map<string, Sighting[]>();
  for (const seen of sightings) byId.set(seen.id, [...(byId.get(seen.id) ?? []), seen]);
  const placed = new Set<string>();
  const branchOf = (id: string, seen: readonly Sighting[]): Branch => {
    placed.add(id);
    const [first] = seen;
    const cause = seen.find(({ causationId }) => causationId !== undefined)?.causationId;
    return {
      id,
      type: first?.type ?? '',
      key: seen.find(({ key }) => key !== undefined)?.key,
      source: first?.source ?? '',
      unseenCause: cause === undefined || byId.has(cause) ? undefined : cause,
      since: Math.min(...seen.map(({ since }) => since)),
      sightings: [...seen].sort(bySince),
      children: inOrder(
        [...byId].filter(([other, rows]) => !placed.has(other) && rows.some(({ causationId }) => causationId === id)),
      ),
    };
  };
  const inOrder = (entries: readonly (readonly [string, readonly Sighting[]])[]): readonly Branch[] =>
    // One may have been placed below a sibling meanwhile, if what is stored goes in a circle.
    [...entries]
      .sort(([, a], [, b]) => earliest(a) - earliest(b))
      .flatMap(([id, seen]) => (placed.has(id) ? [] : [branchOf(id, seen)]));
  const roots = [...byId].filter(([id, rows]) =>
    rows.every(({ causationId }) => causationId === undefined || causationId === id || !byId.has(causationId)),
  );
  // What is left has no root, as messages that name each other do.
  return [...inOrder(roots), ...inOrder([...byId].filter(([id]) => !placed.has(id)))];
}

function earliest(rows: readonly Sighting[]): number {
  return Math.min(...rows.map(({ since }) => since));
}

function bySince(a: Sighting, b: Sighting): number {
  return a.since - b.since || a.seq - b.seq;
}
