import { SetupError } from '../errors/errors.js';
import { isMessageClass, sliceOf, type MessageClass } from './message.js';

/** The messages that one slice owns: everything that other slices know about it. */
export interface Contract {
  readonly slice: string;
  readonly messages: ReadonlyMap<string, MessageClass>;
}

/**
 * Gathers the messages of one slice. Anything else in the record, such as an abstract base, is skipped, so a whole module
 * can be passed.
 *
 * @throws SetupError (`INVALID_CONTRACT`) that lists every problem.
 */
export function contract(slice: string, messages: Readonly<Record<string, unknown>>): Contract {
  const problems: string[] = [];
  const byType = new Map<string, MessageClass>();
  for (const message of Object.values(messages).filter(isMessageClass)) {
    const twin = byType.get(message.type);
    if (twin !== undefined && twin !== message) {
      problems.push(`\`${message.name}\` and \`${twin.name}\` share the wire name \`${message.type}\``);
    }
    if (sliceOf(message.type) !== slice) {
      problems.push(`\`${message.name}\` has the wire name \`${message.type}\`, which must begin with \`${slice}.\``);
    }
    byType.set(message.type, message);
  }
  if (byType.size === 0) problems.push('it has no message');
  if (problems.length > 0) throw new SetupError('INVALID_CONTRACT', `The contract \`${slice}\``, problems);
  return { slice, messages: byType };
}
