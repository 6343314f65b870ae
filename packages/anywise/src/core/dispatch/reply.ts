import { AnywiseError, InvalidMessageError, type Issue } from '../errors/errors.js';
import { jsonIssues } from '../message/json.js';
import { validate, type StandardSchema } from '../message/schema.js';

/**
 * Compiles the check of a command's replies: it returns what the contract declares, nothing more, and only JSON. Without a
 * declared reply, it returns `undefined`.
 */
export function compileReplyCheck(type: string, schema: StandardSchema | undefined): (reply: unknown) => unknown {
  if (schema === undefined) return () => undefined;
  return (reply) => {
    const valid = isChecked(schema) ? validReply(type, schema, reply) : reply;
    const issues = valid === undefined ? [] : jsonIssues(valid);
    if (issues.length > 0) throw invalidReply(type, issues);
    return valid;
  };
}

/** Whether a schema checks anything. */
export function isChecked(schema: StandardSchema | undefined): boolean {
  return schema !== undefined && schema['~standard'].vendor !== 'anywise';
}

function validReply(type: string, schema: StandardSchema, reply: unknown): unknown {
  try {
    return validate(type, schema, reply);
  } catch (error) {
    throw error instanceof InvalidMessageError ? invalidReply(type, error.issues) : error;
  }
}

function invalidReply(type: string, issues: readonly Issue[]): AnywiseError {
  const { message } = new InvalidMessageError(type, issues);
  const text = `The handler of ${message.replace('got invalid data', 'returned an invalid reply')}. Nothing was committed. Correct the handler, or the \`reply\` of its contract.`;
  return new AnywiseError('INVALID_REPLY', text, { cause: new InvalidMessageError(type, issues) });
}
