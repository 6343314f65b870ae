import type { ComponentChildren } from 'preact';
import type { BoundedCount } from 'anywise';
import { Icon, type IconName } from './icons.js';
import { clock, duration, isoTime } from './time.js';
import { count } from './words.js';

/** The head of a page: its name, and one sentence that says what is there. */
export function Heading({ title, lead }: { readonly title: ComponentChildren; readonly lead?: ComponentChildren }) {
  return (
    <div class="heading">
      <h1>{title}</h1>
      {lead === undefined ? null : <p class="lead">{lead}</p>}
    </div>
  );
}

/** How long ago something was, with the time itself. */
export function Ago({ at, now }: { readonly at: number; readonly now: number }) {
  return (
    <time dateTime={isoTime(at)} title={`${clock(at, now)} UTC`}>
      {duration(Math.max(0, now - at))}
    </time>
  );
}

/** A time, and how long ago it was. */
export function Since({ at, now }: { readonly at: number; readonly now: number }) {
  return (
    <time dateTime={isoTime(at)}>
      {clock(at, now)} <span class="muted">({duration(Math.max(0, now - at))} ago)</span>
    </time>
  );
}

/** A number in a table; a dash for none. */
export function Counted({ value, tone = '' }: { readonly value: BoundedCount; readonly tone?: string | undefined }) {
  return value.count === 0 ? <span class="muted">0</span> : <span class={tone}>{count(value)}</span>;
}

/** Shown in place of an empty list. */
export function Nothing({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="nothing">
      <Icon name="good" />
      <p>
        <strong>{title}</strong>
        {children === undefined ? null : <span>{children}</span>}
      </p>
    </div>
  );
}

/** The state of a message, a saga or a read model: a word with a picture, so that its colour says nothing alone. */
export function State({ name }: { readonly name: string }) {
  const [icon, tone] = states[name] ?? ['waiting', ''];
  return (
    <span class={`state ${tone}`}>
      <Icon name={icon} />
      {name}
    </span>
  );
}

const states: Readonly<Record<string, readonly [IconName, string]>> = {
  handled: ['good', 'good'],
  dead: ['bad', 'bad'],
  parked: ['bad', 'bad'],
  running: ['processes', ''],
  waiting: ['waiting', ''],
  scheduled: ['scheduled', ''],
  early: ['waiting', ''],
  ended: ['good', 'good'],
  building: ['waiting', ''],
  live: ['good', 'good'],
  inline: ['good', 'good'],
};

/** Something with a word before it. */
export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
