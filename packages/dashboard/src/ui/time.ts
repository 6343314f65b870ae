const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time as people say it: `12 s`, `21 min`, `3 h 5 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  if (ms < second) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < minute) return `${Math.floor(ms / second)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < day) return withRest(Math.floor(ms / hour), 'h', Math.floor((ms % hour) / minute), 'min');
  return withRest(Math.floor(ms / day), 'd', Math.floor((ms % day) / hour), 'h');
}

const unknown = '–';

/** A time for programs; empty if no calendar has it. */
export function isoTime(at: number): string {
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : '';
}

/** `02:51:04`, or `24 Nov 02:51:04` if that was on another day. In UTC. */
export function clock(at: number, now: number): string {
  const text = isoTime(at);
  if (text === '') return unknown;
  const time = text.slice(11, 19);
  return text.slice(0, 10) === isoTime(now).slice(0, 10) ? time : `${dayOf(at)} ${time}`;
}

/** `02:51:04.120`, in UTC. */
export function preciseClock(at: number): string {
  return isoTime(at).slice(11, 23) || unknown;
}

function dayOf(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

function withRest(count: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${count} ${unit}` : `${count} ${unit} ${rest} ${restUnit}`;
}
