import { createHash } from 'node:crypto';
import type { RoutesOptions } from './routes-options.js';
import { HttpProblem } from './http-problem.js';
import type { RequestView } from './request-view.js';
import type { Route } from './route.js';

const visibleAscii = /^[\x21-\x7e]{1,255}$/;

/** The key with its owner, or nothing. @throws HttpProblem (400) if the key is not valid. */
export function idempotencyKey<Request>(
  route: Route<Request>,
  view: RequestView<Request>,
  { idempotencyScope }: RoutesOptions<Request>,
): string | undefined {
  const key = view.header('idempotency-key');
  if (route.idempotencyKey !== true || idempotencyScope === undefined || key === undefined) return undefined;
  if (!visibleAscii.test(key)) {
    throw new HttpProblem(400, { detail: 'The `Idempotency-Key` must be 1 to 255 visible ASCII characters.' });
  }
  return `${ownerOf(idempotencyScope(view.request))}:${key}`;
}

/** The owner has no colon, so no two pairs of owner and key collide. An overlong owner is replaced by its hash. */
function ownerOf(scope: string): string {
  const owner = /\p{Surrogate}/u.test(scope) ? undefined : encodeURIComponent(scope);
  if (owner !== undefined && owner.length <= 200) return owner;
  return `=${createHash('sha256').update(scope, 'utf16le').digest('base64url')}`;
}
