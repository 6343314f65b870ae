import type { BoundedCount } from 'anywise';

/** `1 204`, with a narrow space that does not break. */
export function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

/** `1 000+`, if there are more than were counted. */
export function count({ count: counted, isMore }: BoundedCount): string {
  return `${number(counted)}${isMore ? '+' : ''}`;
}

/** `1 message`, `2 messages`. */
export function many(value: number, noun: string, plural = `${noun}s`): string {
  return `${number(value)} ${value === 1 ? noun : plural}`;
}

/** The same, of what was counted up to a limit. */
export function manyCounted(value: BoundedCount, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value.count === 1 && !value.isMore ? noun : plural}`;
}

/** Messages a second: `38`, `0.4`, `0`. */
export function rate(value: number): string {
  if (value === 0) return '0';
  return value < 10 ? value.toFixed(1) : number(Math.round(value));
}

/** The first line of an error. */
export function firstLine(text: string, most = 200): string {
  const [line = ''] = visible(text).split('\n');
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** A text without what would turn around the text beside it, or what a terminal would obey once it is copied there. */
export function visible(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
