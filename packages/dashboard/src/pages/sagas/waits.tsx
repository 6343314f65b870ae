import type { SagaRow } from 'anywise';
import { duration, isoTime } from '../../ui/time.js';

/** The time that a saga waits for, the next first. */
export function Waits({ saga, now }: { readonly saga: SagaRow; readonly now: number }) {
  const timeouts = Object.entries(saga.timeouts).sort(([, a], [, b]) => a.dueAt - b.dueAt);
  if (timeouts.length === 0) return <span class="muted">no time</span>;
  return (
    <>
      {timeouts.map(([name, { id, dueAt }], index) => (
        <span key={id}>
          {index > 0 && ', '}
          {name}{' '}
          <time class="muted" dateTime={isoTime(dueAt)}>
            {dueAt > now ? `in ${duration(dueAt - now)}` : 'now'}
          </time>
        </span>
      ))}
    </>
  );
}
