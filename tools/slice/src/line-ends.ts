/** A text with the line ends that the generator uses. */
export function withLf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** A text with the line ends of another, taken from its first line. */
export function withLineEndsOf(model: string, text: string): string {
  return /^[^\n]*\r\n/.test(model) ? withLf(text).replaceAll('\n', '\r\n') : text;
}
