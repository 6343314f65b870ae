import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readBack } from './read-back.js';
import type { StandardSchema } from './schema.js';

function read(schema: unknown, data: unknown): object {
  return readBack('shop.it', schema as StandardSchema<unknown, object>, data);
}

const prefixed = z.string().transform((text) => `+${text}`);

describe('data that is read back', () => {
  it('is validated, with defaults for what is missing and without what is unknown', () => {
    const schema = z.object({ id: z.string(), more: z.string().default('m'), n: z.coerce.number() });
    expect(read(schema, { id: '1', n: '5', other: 1 })).toEqual({ id: '1', more: 'm', n: 5 });
    expect(() => read(schema, { n: 1 })).toThrow(expect.objectContaining({ code: 'INVALID_MESSAGE' }));
  });

  it('is what was sent, even if the schema changes everything it validates', () => {
    const schema = z.object({
      phone: prefixed,
      tags: z.array(z.string()).transform((tags) => [...tags, 'x']),
      nested: z.object({ phone: prefixed, note: z.string().default('n') }),
      lines: z.array(z.object({ phone: prefixed })),
      none: z.string().nullable(),
    });
    const data = { phone: '+49', tags: ['x'], nested: { phone: '+1' }, lines: [{ phone: '+2' }], none: null, old: 1 };
    expect(read(schema, data)).toEqual({
      phone: '+49',
      tags: ['x'],
      nested: { phone: '+1', note: 'n' },
      lines: [{ phone: '+2' }],
      none: null,
    });
  });

  it('is what was sent where the schema refuses its own output', () => {
    const schema = z.object({
      short: z
        .string()
        .max(3)
        .transform((text) => `${text}…`),
    });
    expect(read(schema, { short: 'abc' })).toEqual({ short: 'abc' });
  });
});
