import { ListSampleThings } from '@anywise/contracts/sample-things';
import { unknownCursor } from '@anywise/service';
import { on } from 'anywise';
import { SampleThingRepository } from '../sample-thing.js';

export const listSampleThings = on(ListSampleThings)
  .inject({ sampleThings: SampleThingRepository })
  .handle(async ({ cursor, limit }, _context, { sampleThings }) => {
    const last = cursor === undefined ? undefined : await sampleThings.find(cursor);
    if (cursor !== undefined && last === undefined) throw unknownCursor(ListSampleThings.type);
    // One more than asked for tells whether there is a next page.
    const found = await sampleThings.list(limit + 1, last);
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.sampleThingId ?? null) : null };
  });
