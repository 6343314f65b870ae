/**
 * Why a text cannot be kept and sent as it is; `undefined` where it can. Databases refuse NUL or cut the text there, and half
 * a character turns into another on its way into UTF-8, so that two texts become the same.
 */
export function faultOf(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain NUL characters';
  // Hardly any text has a surrogate, paired or not, and this sees it several times faster.
  if (!/[\ud800-\udfff]/.test(text)) return undefined;
  return /\p{Surrogate}/u.test(text) ? 'must be well-formed Unicode' : undefined;
}

/** A text without the one character that databases cannot keep. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\\u0000') : text;
}
