import { prettyJson } from '../ui/json.js';
import { visible } from '../ui/words.js';

/** One field of a message's data, as a form shows it. */
export interface DataField {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'boolean' | 'json';
  readonly text: string;
}

/** The fields of data that is an object; `undefined` for anything else, which only JSON can show. */
export function fieldsOf(data: unknown): readonly DataField[] | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  return Object.entries(data).map(([name, value]) => fieldOf(name, value));
}

/** What was typed, as data: or what is wrong with it, by the name of the field. */
export type Typed = { readonly data: unknown } | { readonly wrong: ReadonlyMap<string, string> };

/** Reads the fields of a form. A field that is not in it keeps its value. */
export function readFields(form: URLSearchParams, data: object): Typed {
  const wrong = new Map<string, string>();
  const read = Object.entries(data).map(([name, value]: [string, unknown]): [string, unknown] => {
    const text = form.get(`field.${name}`);
    if (text === null) return [name, value];
    const typed = readField(fieldOf(name, value), text);
    if ('wrong' in typed) wrong.set(name, typed.wrong);
    return [name, 'wrong' in typed ? value : typed.value];
  });
  return wrong.size > 0 ? { wrong } : { data: Object.fromEntries(read) };
}

/** Reads data that was typed as JSON. The problem is that of the whole, and has no name. */
export function readJson(text: string): Typed {
  try {
    return { data: JSON.parse(text) as unknown };
  } catch (error) {
    return { wrong: new Map([['', error instanceof Error ? error.message : String(error)]]) };
  }
}

function fieldOf(name: string, value: unknown): DataField {
  switch (typeof value) {
    case 'string':
      // JSON shows what no field of a form can.
      return visible(value) === value
        ? { name, kind: 'text', text: value }
        : { name, kind: 'json', text: prettyJson(value) };
    case 'number':
      return { name, kind: 'number', text: String(value) };
    case 'boolean':
      return { name, kind: 'boolean', text: String(value) };
    default:
      return { name, kind: 'json', text: JSON.stringify(value, null, 2) };
  }
}

function readField({ kind }: DataField, text: string): { readonly value: unknown } | { readonly wrong: string } {
  switch (kind) {
    case 'text':
      // A form sends the ends of lines as CRLF, whatever they were.
      return { value: text.replaceAll('\r\n', '\n') };
    case 'number':
      return text.trim() === '' || !Number.isFinite(Number(text))
        ? { wrong: 'is not a number' }
        : { value: Number(text) };
    case 'boolean':
      return text === 'true' || text === 'false' ? { value: text === 'true' } : { wrong: 'is neither true nor false' };
    case 'json': {
      const typed = readJson(text);
      return 'wrong' in typed ? { wrong: `is no JSON (${typed.wrong.get('') ?? ''})` } : { value: typed.data };
    }
  }
}
