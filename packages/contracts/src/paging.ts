import { z } from 'zod';

/** Which page of a list to return. */
export const Page = z.object({
  /** The `nextCursor` of the previous page. Without it, the first page. */
  cursor: z.string().min(1).optional(),
  limit: z.int().min(1).max(200).default(50),
});

/** The schema of one page: its items, and the cursor of the next page or `null` on the last. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
