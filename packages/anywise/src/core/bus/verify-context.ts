import type { ContextKeyInfo } from '../message/context.js';

/** What is wrong with the context keys that are read from messages. */
export function contextProblems({ context }: { readonly context: readonly ContextKeyInfo[] }): string[] {
  const keys = [...new Set(context)];
  return keys.flatMap(({ key, header }, index) => {
    const before = keys.slice(0, index);
    const problems: string[] = [];
    if (header === undefined) {
      problems.push(`the context key \`${key}\` is in \`context\`, but has no \`header\` to travel in; declare one`);
    }
    if (before.some((other) => other.key === key)) {
      problems.push(`two context keys are called \`${key}\`; give one of them another name`);
    }
    const twin = before.find((other) => header !== undefined && other.header === header);
    if (twin !== undefined) {
      problems.push(
        `the context keys \`${twin.key}\` and \`${key}\` both travel as \`${String(header)}\`; give one of them another header`,
      );
    }
    return problems;
  });
}
