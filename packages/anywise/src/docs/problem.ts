import type { JsonSchema } from './json-schema.js';

/** A problem document (RFC 9457), as `problems()` of `anywise/express` sends it. */
export const problemSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: {
      type: 'string',
      format: 'uri-reference',
      description: 'The kind of problem: the wire name of a domain error, or `about:blank`.',
    },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened this time, for people.' },
    code: { type: 'string', description: 'A code for programs to compare.' },
    errors: {
      type: 'array',
      description: 'The fields that are wrong.',
      items: {
        type: 'object',
        required: ['field', 'pointer', 'detail'],
        properties: {
          field: { type: 'string' },
          pointer: { type: 'string', description: 'The same place as a JSON pointer in a URI fragment.' },
          detail: { type: 'string' },
        },
      },
    },
  },
};
