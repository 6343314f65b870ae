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

/** What came of something deeper than this is listed after it: nobody could follow more, and each level takes stack. */
const deepest = 50;

/** The messages of a conversation as a tree, each below the one that it came of, in the order in which they came. */
export function treeOf(sightings: readonly Sighting[]): readonly Branch[] {
  const byId = groupedBy(sightings, ({ id }) => id);
  const byCause = groupedBy(sightings, ({ causationId }) => causationId);
  const placed = new Set<string>();
  const inOrder = (ids: Iterable<string>): string[] =>
    [...ids].filter((id) => !placed.has(id)).sort((a, b) => earliest(byId.get(a)) - earliest(byId.get(b)));
  const branchesOf = (ids: Iterable<string>, level: number): readonly Branch[] => {
    const branches: Branch[] = [];
    const next = inOrder(ids);
    for (let id = next.shift(); id !== undefined; id = next.shift()) {
      // It may have been placed below a sibling meanwhile, if what is stored goes in a circle.
      if (placed.has(id)) continue;
      placed.add(id);
      const caused = new Set((byCause.get(id) ?? []).map((seen) => seen.id));
      const isDeepest = level === deepest;
      branches.push(branchOf(id, byId, isDeepest ? [] : branchesOf(caused, level + 1)));
      if (isDeepest) next.unshift(...inOrder(caused));
    }
    return branches;
  };
  const roots = [...byId].filter(([id, rows]) =>
    rows.every(({ causationId }) => causationId === undefined || causationId === id || !byId.has(causationId)),
  );
  const rooted = roots.map(([id]) => id);
  // What is left has no root, as messages that name each other do.
  return [...branchesOf(rooted, 1), ...branchesOf(byId.keys(), 1)];
}

function branchOf(id: string, byId: ReadonlyMap<string, readonly Sighting[]>, children: readonly Branch[]): Branch {
  const seen = byId.get(id) ?? [];
  const cause = seen.find(({ causationId }) => causationId !== undefined)?.causationId;
  return {
    id,
    type: seen[0]?.type ?? '',
    key: seen.find(({ key }) => key !== undefined)?.key,
    source: seen[0]?.source ?? '',
    unseenCause: cause === undefined || byId.has(cause) ? undefined : cause,
    since: earliest(seen),
    sightings: [...seen].sort(bySince),
    children,
  };
}

function groupedBy(
  sightings: readonly Sighting[],
  keyOf: (seen: Sighting) => string | undefined,
): ReadonlyMap<string, readonly Sighting[]> {
  const groups = new Map<string, Sighting[]>();
  for (const seen of sightings) {
    const key = keyOf(seen);
    const group = key === undefined ? undefined : groups.get(key);
    if (group !== undefined) group.push(seen);
    else if (key !== undefined) groups.set(key, [seen]);
  }
  return groups;
}

function earliest(rows: readonly Sighting[] = []): number {
  return Math.min(...rows.map(({ since }) => since));
}

function bySince(a: Sighting, b: Sighting): number {
  return a.since - b.since || a.seq - b.seq;
}
