import type { Change } from './change.js';
import type { RouteFacts } from './snapshot.js';

type Routes = Readonly<Record<string, RouteFacts>>;

/** What changed for those who call over HTTP. */
export function routeChanges(before: Routes, after: Routes): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((what): Change[] => {
    const [old, now] = [before[what], after[what]];
    const change = { what, part: 'route' } as const;
    const breaks = { ...change, effect: 'breaks', broken: 'always' } as const;
    if (old === undefined) return [{ ...change, effect: 'fits', changes: ['is new'] }];
    if (now === undefined)
      return [
        {
          ...breaks,
          changes: ['is gone: its callers get 404'],
          todo: 'keep it beside the new one until it is no longer called',
        },
      ];
    const found: Change[] = [];
    if (old.message !== now.message) {
      found.push({
        ...breaks,
        changes: [`sent \`${old.message}\`, sends \`${now.message}\``],
        todo: 'give the new message a route of its own',
      });
    }
    if (old.idempotencyKey && !now.idempotencyKey) {
      found.push({
        ...breaks,
        changes: ['ignores `Idempotency-Key` now: a caller that repeats a request takes effect twice'],
        todo: 'set `idempotencyKey: true` again',
      });
    }
    if (old.status !== now.status) {
      found.push({
        ...change,
        effect: 'note',
        changes: [`answered ${old.status}, answers ${now.status}`],
        todo: 'tell callers that compare the status',
      });
    }
    if (!old.idempotencyKey && now.idempotencyKey)
      found.push({ ...change, effect: 'fits', changes: ['takes an `Idempotency-Key` now'] });
    return found;
  });
}
