import { contextKey } from 'anywise';
import type { Request } from 'express';

/** Who asks. */
export interface User {
  readonly id: string;
  /** `support` sees what belongs to others. Most users have no role. */
  readonly role?: Role;
}

export type Role = 'support';

/** The context key under which handlers find who asks. */
export const CurrentUser = contextKey<User>('current-user');

const users = new WeakMap<Request, User>();

export function setCurrentUser(request: Request, user: User): void {
  users.set(request, user);
}

/** The user whose token `bearer` has accepted. */
export function currentUser(request: Request): User {
  const user = users.get(request);
  if (user === undefined) throw new Error('This request was not authenticated: put `bearer(…)` before its route.');
  return user;
}
