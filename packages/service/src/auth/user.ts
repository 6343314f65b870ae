import { contextKey } from 'anywise';
import type { Request } from 'express';

/** The user who sends a request. */
export interface User {
  readonly id: string;
  /** `support` sees the data of all users. Most users have no role. */
  readonly role?: Role;
}

export type Role = 'support';

/** The context key of the user who sends the request. */
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
