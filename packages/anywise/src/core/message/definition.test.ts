import { describe, expect, it } from '@jest/globals';
import { type as ark } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { SetupError } from '../errors/errors.js';
import { command, event, query } from './declare.js';
import { domainError } from './domain-error.js';
import { Command, Event, Query } from './message.js';

const data = z.object({ id: z.string() });
const entityId = ({ id }: { id: string }): string => id;
class Pay extends command('shop.pay', { data }) {}
class Declined extends domainError('shop.declined', { data, message: ({ id }) => id }) {}
class DeclinedToo extends domainError('shop.declined', { data, message: ({ id }) => id }) {}

/** What is wrong with a declaration that the compiler may not have seen. */
function problemsOf(declare: (options: never) => unknown, options: unknown): readonly string[] {
  try {
    declare(options as never);
  } catch (error) {
    expect(error).toMatchObject({ name: 'SetupError', code: 'INVALID_CONTRACT' });
    return (error as SetupError).problems;
  }
  return [];
}

const declareCommand = (options: never): unknown => command('shop.declared', options);
const declareEvent = (options: never): unknown => event('shop.declared', options);

describe('a declaration', () => {
  it.each([undefined, {}, { version: undefined, data: undefined, upcast: undefined, base: undefined, errors: [] }])(
    'may leave out what has a default: %j',
    (options) => {
      expect(problemsOf(declareCommand, options)).toEqual([]);
    },
  );

  it('is refused with everything that is wrong with it', () => {
    expect(() =>
      command('Shop', {
        version: 1.5,
        data: {},
        reply: 'text',
        errors: [Pay, Declined, DeclinedToo],
        summary: '',
      } as never),
    ).toThrowErrorMatchingInlineSnapshot(`
      "The command \`Shop\` has 7 problems:
        - its wire name must look like \`slice.kebab-name\`
        - \`version\` is 1.5, but must be a whole number from 1 to 1000
        - \`summary\` is "", but must be a non-empty string
        - \`data\` is an object, but must be a Standard Schema, such as \`z.object({ … })\`
        - \`reply\` is "text", but must be a Standard Schema, such as \`z.object({ … })\`
        - \`errors[0]\` is the class \`Pay\`, but must be a class made by \`domainError\`
        - \`errors\` has two with the wire name \`shop.declined\`"
    `);
  });

  it.each([0, -1, 1.5, NaN, Infinity, '1', 1_001, null])('cannot have the version %p', (version) => {
    expect(problemsOf(declareCommand, { version })).toEqual([
      expect.stringMatching(/^`version` is .*, but must be a whole number from 1 to 1000$/),
    ]);
  });

  it('of an event needs data and an entity', () => {
    expect(problemsOf(declareEvent, {})).toEqual([
      'it has no `data`; give it a schema',
      'it has no `entityId`; say which entity it happened to',
    ]);
    expect(problemsOf(declareEvent, { data, entityId: 'id' })).toEqual(['`entityId` is "id", but must be a function']);
  });

  it.each([
    [declareCommand, Event, '`base` is the class `Event`, but must be an abstract class that extends `Command`'],
    [declareEvent, Command, '`base` is the class `Command`, but must be an abstract class that extends `Event`'],
    [
      declareCommand,
      class Other {},
      '`base` is the class `Other`, but must be an abstract class that extends `Command`',
    ],
    [declareCommand, {}, '`base` is an object, but must be an abstract class that extends `Command`'],
    [declareCommand, Pay, '`base` is the message `shop.pay`; let both messages extend an abstract class instead'],
  ])('has a base that groups messages of its kind', (declare, base, problem) => {
    const needed = declare === declareEvent ? { data, entityId } : { data };
    expect(problemsOf(declare, { ...needed, base })).toEqual([problem]);
  });

  it.each([Command, Query, class extends Command {}, class extends Query {}])(
    'of a query may have the base %p',
    (base) => {
      expect(() => query('shop.get', { base: base })).not.toThrow();
    },
  );

  it('has a step for each old version, and no others', () => {
    const step = (old: object): object => old;
    expect(problemsOf(declareCommand, { version: 3, upcast: { 1: step, 2: step } })).toEqual([]);
    expect(
      problemsOf(declareCommand, { version: 3, upcast: { 0: step, 2: 'x', 3: step, '1.5': step, one: step } }),
    ).toEqual([
      '`upcast` lacks the step from version 1 to 2',
      '`upcast` has a step from version 0, but only leads up to version 3',
      '`upcast` has a step from version 3, but only leads up to version 3',
      '`upcast` has a step from version 1.5, but only leads up to version 3',
      '`upcast` has a step from version one, but only leads up to version 3',
      '`upcast[2]` is "x", but must be a function',
    ]);
    expect(problemsOf(declareCommand, { upcast: { 1: step } })).toEqual([
      '`upcast` has a step from version 1, but only leads up to version 1',
    ]);
  });

  it.each([
    ['zod', z.object({ id: z.string(), at: z.date() })],
    ['valibot', v.object({ id: v.string(), at: v.date() })],
    ['arktype', ark({ id: 'string', at: 'Date' })],
  ])('is of JSON where the schema of %s tells, in events and in replies', (_library, schema) => {
    const problem = 'is a Date, which JSON cannot represent; declare it as text or a number';
    expect(problemsOf(declareEvent, { data: schema, entityId })).toEqual([`\`data.at\` ${problem}`]);
    expect(problemsOf(declareCommand, { reply: schema })).toEqual([`\`reply.at\` ${problem}`]);
    expect(problemsOf(declareCommand, { data: schema })).toEqual([]);
  });

  it('has a reply of JSON as a whole', () => {
    expect(problemsOf(declareCommand, { reply: z.bigint() })).toEqual([
      '`reply` is a bigint, which JSON cannot represent; declare it as text or a number',
    ]);
  });

  it('has a name of moderate length', () => {
    expect(() => command(`shop.${'a'.repeat(600)}`)).toThrow(expect.objectContaining({ code: 'INVALID_CONTRACT' }));
  });
});

describe('a domain error', () => {
  it('is refused with everything that is wrong with it', () => {
    expect(() => domainError('Declined', { data: {}, message: 'no' } as never)).toThrowErrorMatchingInlineSnapshot(`
      "The domain error \`Declined\` has 3 problems:
        - its wire name must look like \`slice.kebab-name\`
        - \`data\` is an object, but must be a Standard Schema, such as \`z.object({ … })\`
        - \`message\` is "no", but must be a function"
    `);
    expect(() => domainError('shop.late', { data: z.object({ at: z.date() }), message: () => '' })).toThrow(
      expect.objectContaining({ code: 'INVALID_CONTRACT' }),
    );
  });

  it('carries JSON only', () => {
    class Late extends domainError('shop.late', { data: z.object({ at: z.unknown() }), message: () => 'late' }) {}
    expect(new Late({ at: '2026-01-01' }).data).toEqual({ at: '2026-01-01' });
    expect(() => new Late({ at: new Date(0) })).toThrow(expect.objectContaining({ code: 'INVALID_MESSAGE' }));
  });
});
