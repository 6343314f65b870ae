import { describe, expect, it } from '@jest/globals';
import { toJsonSchema, toStandardJsonSchema } from '@valibot/to-json-schema';
import { type as ark } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { type } from '../core/message/schema.js';
import { freeName, jsonSchemaOf, mapRefs } from './json-schema.js';

const bare = v.object({ id: v.pipe(v.string(), v.minLength(1)), note: v.optional(v.string(), 'none') });

describe('the JSON Schema of a schema', () => {
  it.each([
    ['zod', z.object({ id: z.string().min(1), note: z.string().default('none') })],
    ['arktype', ark({ id: 'string > 0', note: 'string = "none"' })],
    ['valibot, wrapped', toStandardJsonSchema(bare)],
  ])('tells what is read and what is written: %s', (library, schema) => {
    const [input, output] = [jsonSchemaOf(schema, 'input'), jsonSchemaOf(schema, 'output')];
    expect([input.lost, output.lost]).toEqual([[], []]);
    const id = { type: 'string', minLength: 1 };
    expect(input.schema).toMatchObject({ type: 'object', properties: { id }, required: ['id'] });
    expect(output.schema).toMatchObject({ type: 'object', properties: { id } });
    // valibot does not say that a field with a default is always written.
    if (library !== 'valibot, wrapped')
      expect([...(output.schema.required as string[])].sort()).toEqual(['id', 'note']);
    expect(input.schema).not.toHaveProperty('$schema');
  });

  it('comes from a converter where the library cannot write it', () => {
    const seen = jsonSchemaOf(bare, 'input', { converters: { valibot: toJsonSchema } });
    expect(seen).toMatchObject({ schema: { properties: { id: { minLength: 1 } } }, lost: [] });
  });

  it.each([
    ['a library that has none', bare, 'wrap the schema (valibot: `toStandardJsonSchema`)'],
    ['`type()`', type<{ readonly id: string }>(), '`type()` checks nothing'],
  ])('is empty for %s, and says so', (_kind, schema, reason) => {
    const { schema: seen, lost } = jsonSchemaOf(schema, 'input');
    expect([seen, lost]).toEqual([{}, [expect.stringContaining(reason)]]);
  });

  it.each([
    ['a transform of zod', z.object({ at: z.string().transform((text) => text.length), id: z.string() }), 'output'],
    ['a bigint of zod', z.object({ at: z.bigint(), id: z.string() }), 'input'],
  ] as const)('leaves out what it cannot say, and tells it: %s', (_kind, schema, side) => {
    const { schema: seen, lost } = jsonSchemaOf(schema, side);
    expect(seen).toMatchObject({ type: 'object', properties: { id: { type: 'string' } } });
    expect(lost).toHaveLength(1);
  });

  it('is lost as a whole where a converter fails', () => {
    const converters = {
      zod: () => {
        throw new Error('no such thing\n  at more');
      },
    };
    const { schema, lost } = jsonSchemaOf(z.string(), 'input', { converters });
    expect([schema, lost]).toEqual([{ type: 'string' }, ['no such thing']]);
  });

  it('names a schema that refers to itself, so that it can be part of another', () => {
    const Folder = z.object({
      name: z.string(),
      get parent() {
        return Folder.optional();
      },
    });
    expect(jsonSchemaOf(Folder, 'input').schema).toEqual({
      $ref: '#/$defs/Itself',
      $defs: {
        Itself: {
          type: 'object',
          properties: { name: { type: 'string' }, parent: { $ref: '#/$defs/Itself' } },
          required: ['name'],
        },
      },
    });
  });
});

it('changes references, and nothing that only looks like one', () => {
  const schema = {
    properties: { $ref: { $ref: '#/$defs/A' }, enum: { $ref: '#/$defs/A' } },
    enum: [{ $ref: 'data' }],
    default: { $ref: 'data' },
    anyOf: [{ $ref: '#/$defs/A' }, true, null],
  };
  expect(mapRefs(schema, (ref) => `${ref}!`)).toEqual({
    properties: { $ref: { $ref: '#/$defs/A!' }, enum: { $ref: '#/$defs/A!' } },
    enum: [{ $ref: 'data' }],
    default: { $ref: 'data' },
    anyOf: [{ $ref: '#/$defs/A!' }, true, null],
  });
});

it('finds a free name', () => {
  expect([freeName('A', {}), freeName('A', { A: 1 }), freeName('A', { A: 1, A2: 2 })]).toEqual(['A', 'A2', 'A3']);
});
