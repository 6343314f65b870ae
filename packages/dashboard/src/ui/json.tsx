import type { ComponentChildren } from 'preact';
import { visible } from './words.js';

/** JSON as people read it, with its names, texts and other values told apart. */
export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  return (
    <pre tabIndex={0} role="group" aria-label={label}>
      <code>{highlighted(prettyJson(value))}</code>
    </pre>
  );
}

export function prettyJson(value: unknown): string {
  // Absent data is no JSON at all.
  const text = JSON.stringify(value, null, 2) as string | undefined;
  return visible(text ?? '');
}

const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\btrue\b|\bfalse\b|\bnull\b)/g;
/** Beyond this, colours cost more than they help. */
const mostCharacters = 50_000;

function highlighted(text: string): ComponentChildren {
  if (text.length > mostCharacters) return text;
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    const [whole, quoted, colon, other] = match;
    parts.push(text.slice(end, match.index));
    if (other !== undefined) parts.push(<span class="json-other">{other}</span>);
    else parts.push(<span class={colon === undefined ? 'json-text' : 'json-name'}>{quoted}</span>, colon);
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
}
