import { GetSampleItem } from '@anywise/contracts/sample-cases';
import { Entities, on } from 'anywise';
import { sampleItem } from '../sample-item.js';

export const getSampleItem = on(GetSampleItem)
  .inject({ entities: Entities })
  .handle(async ({ sampleItemId }, _context, { entities }) => {
    const { state } = await entities.load(sampleItem, sampleItemId);
    return state ?? null;
  });
