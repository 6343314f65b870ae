/**
 * Characters that a terminal obeys or that show text in another order than it has: control characters but for line ends and
 * tabs, direction marks, and other line ends.
 */
const obeyed = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** A text for people, with what would not be seen as it is spelled out. */
export function visible(text: string): string {
  return text.replace(obeyed, (character) => {
    if (character === '\n' || character === '\t') return character;
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** A value as JSON, in lines, with the same characters escaped: programs read the same value. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(obeyed, (character) => {
    return character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
