import { userInfo } from 'node:os';

/** Who runs the command, as the audit names them. A container may have a user without a name. */
export function whoRuns(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    return `cli:${process.getuid?.() ?? 'unknown'}`;
  }
}
