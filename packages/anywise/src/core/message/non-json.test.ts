import { describe, expect, it } from '@jest/globals';
import { type as ark } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { nonJsonParts } from './non-json.js';
import { type, type StandardSchema } from './schema.js';

/** What a schema says of itself, short. */
function partsOf(schema: unknown): string[] {
  return nonJsonParts(schema as StandardSchema)
    .map(({ path, what }) => `${path}: ${what}`)
    .sort();
}

const toDate = (text: string): Date => new Date(text);

const expected = [
  'at: a Date',
  'both.since: a Date',
  'byName: a Set',
  'either.since: a Date',
  'lines.price: a bigint',
  'maybe: a Date',
  'names: a Map',
  'pair: a Date',
];

describe('what JSON cannot represent is found in a schema', () => {
  it('of zod', () => {
    const schema = z.object({
      id: z.string(),
      at: z.date(),
      maybe: z.date().nullable().optional().default(null),
      lines: z.array(z.object({ price: z.bigint(), count: z.int() })),
      names: z.map(z.string(), z.string()),
      byName: z.record(z.string(), z.set(z.string())),
      either: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), since: z.date() }),
        z.object({ kind: z.literal('b') }),
      ]),
      both: z.intersection(z.object({ since: z.date().readonly() }), z.object({ name: z.string() })),
      pair: z.tuple([z.string(), z.date()]),
    });
    expect(partsOf(schema)).toEqual(expected);
    expect(partsOf(z.object({ at: z.coerce.date() }))).toEqual(['at: a Date']);
    expect(partsOf(z.object({ at: z.codec(z.string(), z.date(), { decode: toDate, encode: String }) }))).toEqual([
      'at: a Date',
    ]);
    expect(partsOf(z.object({ n: z.nan(), s: z.symbol(), f: z.file(), p: z.promise(z.string()) }))).toEqual([
      'f: a File',
      'n: NaN',
      'p: a Promise',
      's: a symbol',
    ]);
    expect(partsOf(z.set(z.string()))).toEqual([': a Set']);
  });

  it('of valibot', () => {
    const schema = v.object({
      id: v.string(),
      at: v.pipe(v.date(), v.minValue(new Date(0))),
      maybe: v.optional(v.nullable(v.date())),
      lines: v.array(v.object({ price: v.bigint(), count: v.number() })),
      names: v.map(v.string(), v.string()),
      byName: v.record(v.string(), v.set(v.string())),
      either: v.variant('kind', [
        v.object({ kind: v.literal('a'), since: v.date() }),
        v.object({ kind: v.literal('b') }),
      ]),
      both: v.intersect([v.object({ since: v.date() }), v.object({ name: v.string() })]),
      pair: v.tuple([v.string(), v.date()]),
      currency: v.picklist(['EUR', 'CHF']),
    });
    expect(partsOf(schema)).toEqual(expected);
  });

  it('of arktype', () => {
    const schema = ark({
      id: 'string',
      at: "Date > d'2020-01-01'",
      'maybe?': 'Date | null',
      lines: ark({ price: 'bigint', count: 'number' }).array(),
      names: 'Map',
      byName: { '[string]': 'Set' },
      either: [{ kind: '"a"', since: 'Date' }, '|', { kind: '"b"' }],
      both: [{ since: 'Date' }, '&', { name: 'string' }],
      pair: ['string', 'Date'],
    });
    expect(partsOf(schema)).toEqual(expected);
  });
});

describe('nothing is said of a schema', () => {
  it.each([
    ['of JSON', z.object({ id: z.string(), list: z.array(z.number().nullable()), any: z.unknown() })],
    ['that makes JSON of something else', z.object({ at: z.date().transform((date) => date.toISOString()) })],
    ['of valibot that does the same', v.object({ at: v.pipe(v.date(), v.transform(String)) })],
    ['that takes a date as well as text, and gives text', z.union([z.date(), z.string()]).transform(String)],
    ['of a class', z.object({ map: z.instanceof(Map) })],
    ['that checks nothing', type<{ at: Date }>()],
    ['of another library', { '~standard': { version: 1, vendor: 'mine', validate: () => ({ value: 1 }) } }],
    ['that only looks like one of zod', { '~standard': { version: 1, vendor: 'zod', validate: () => ({ value: 1 }) } }],
  ])('%s', (_what, schema) => {
    expect(partsOf(schema)).toEqual([]);
  });

  it('that refers to itself, or to a later one', () => {
    const Tree = z.object({
      name: z.string(),
      get children() {
        return z.array(Tree);
      },
    });
    expect(partsOf(Tree)).toEqual([]);
    const early = z.object({
      get later(): z.ZodType {
        return Later;
      },
    });
    expect(partsOf(early)).toEqual([]);
    const Later = z.date();
    expect(partsOf(z.object({ at: Later }))).toEqual(['at: a Date']);
  });
});
