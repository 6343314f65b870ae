/**
 * Reads up to `limit` items of a list whose pages may be shorter, because they are bounded by their size too.
 *
 * @param page gives up to `limit` items after the one with this number; none at the end.
 */
export async function readPages<T extends { readonly seq: number }>(
  page: (limit: number, after: number | undefined) => Promise<readonly T[]>,
  { limit, after }: { readonly limit: number; readonly after?: number | undefined },
): Promise<readonly T[]> {
  const items: T[] = [];
  for (let last = after; items.length < limit;) {
    const found = await page(limit - items.length, last);
    if (found.length === 0) break;
    items.push(...found);
    last = found.at(-1)?.seq;
  }
  return items;
}
