import type { ActionRecord } from '../core/ports/actions.js';
import type { DeadLetter, FailedAttempt } from '../core/ports/dead-letters.js';
import { envelopeIn, orderKey } from '../core/message/envelope.js';
import type { ParkedMessage } from '../core/ports/parked.js';
import type { ScheduledMessage } from '../core/ports/scheduled.js';
import { writeDuration } from './duration.js';
import { table } from './table.js';

/** A count with its noun: `1 dead letter`, `3 dead letters`. */
export function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** One line per dead letter. */
export function letterTable(letters: readonly DeadLetter[], width: number | undefined): string {
  const now = Date.now();
  const rows = letters.map(({ diedAt, listener, type, id, attempts, holdsUp, error }) => {
    return [writeDuration(now - diedAt), listener, type, id, String(attempts), holdsUp, error];
  });
  return table(['AGE', 'LISTENER', 'TYPE', 'ID', 'ATTEMPTS', 'HOLDS UP', 'ERROR'], rows, width);
}

/** One line per parked row. */
export function parkedTable(rows: readonly ParkedMessage[], width: number | undefined): string {
  const now = Date.now();
  const cells = rows.map(({ id, envelope, attempts, error }) => {
    const age = envelope === undefined ? '?' : writeDuration(now - Date.parse(envelope.time));
    return [age, envelope?.type ?? 'unreadable', id, String(attempts), error];
  });
  return table(['AGE', 'TYPE', 'ID', 'ATTEMPTS', 'ERROR'], cells, width);
}

/** One line for each delayed command. */
export function scheduledTable(rows: readonly ScheduledMessage[], width: number | undefined): string {
  const now = Date.now();
  const cells = rows.map(({ id, envelope, dueAt }) => {
    const key = envelope === undefined ? '?' : (orderKey(envelope) ?? 'none');
    return [writeDuration(Math.max(0, dueAt - now)), envelope?.type ?? 'unreadable', id, key];
  });
  return table(['DUE IN', 'TYPE', 'ID', 'KEY'], cells, width);
}

/** One line for each thing that was done by hand. */
export function actionTable(records: readonly ActionRecord[], width: number | undefined): string {
  const now = Date.now();
  const cells = records.map(({ at, who, what, target, count }) => {
    const given = Object.entries(target).map(([name, value]) => `${name}: ${value}`);
    return [
      writeDuration(Math.max(0, now - at)),
      who,
      what,
      String(count),
      given.length === 0 ? 'all' : given.join(', '),
    ];
  });
  return table(['AGE', 'WHO', 'WHAT', 'COUNT', 'WHICH'], cells, width);
}

const shownApart = new Set(['specversion', 'datacontenttype', 'id', 'type', 'data']);

/** Everything about a dead letter. */
export function letterText(letter: DeadLetter): string {
  const { id, type, listener, key, seq, attempts, receivedAt, diedAt, json, original, error } = letter;
  const attributes = Object.entries(envelopeIn(json) ?? {}).filter(([name]) => !shownApart.has(name));
  const facts = [
    ['id', id],
    ['type', type],
    ['listener', listener],
    ['key', key ?? 'none'],
    ['seq', String(seq)],
    ['attempts', String(attempts)],
    ['received', timeText(receivedAt)],
    ['died', timeText(diedAt)],
    ['holds up', heldUp(letter)],
    ...attributes.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  ];
  return [
    table(['', ''], facts).trim(),
    block('error', error),
    ...letter.failures.map(failureText),
    contents(json),
    ...(original === undefined ? [] : ['It was edited. The original had', contents(original)]),
  ].join('\n');
}

function failureText({ attempt, at, name, error, stack }: FailedAttempt): string {
  const title = [`attempt ${attempt}`, ...(name === undefined ? [] : [name]), timeText(at)].join(', ');
  // Most stacks begin with the error.
  const isTold = stack?.includes(error) === true;
  return block(title, isTold ? stack : [error, ...(stack === undefined ? [] : [stack])].join('\n'));
}

function heldUp({ holdsUp, key, listener }: DeadLetter): string {
  switch (holdsUp) {
    case 'nothing':
      return 'nothing';
    case 'key':
      return key === undefined ? 'nothing: it has no key' : `the later messages of \`${key}\``;
    case 'listener':
      return `all later messages of \`${listener}\``;
  }
}

function contents(json: string): string {
  const envelope = envelopeIn(json);
  return envelope === undefined ? block('text', json) : block('data', JSON.stringify(envelope.data ?? null, null, 2));
}

function block(title: string, text: string): string {
  return [title, ...text.split('\n').map((line) => `  ${line}`)].join('\n');
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString()} (${writeDuration(Date.now() - ms)} ago)`;
}
