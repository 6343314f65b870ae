/**
 * When a message was made, in milliseconds since 1970. Its id tells, if it is a UUID of version 7: a scheduled command says as
 * its `time` when it is due.
 */
export function bornAt({ id, time }: { readonly id: string; readonly time: string }): number {
  if (id.length !== 36 || id[8] !== '-' || id[13] !== '-' || id[14] !== '7' || id[18] !== '-') return Date.parse(time);
  const born = Number(`0x${id.slice(0, 8)}${id.slice(9, 13)}`);
  return Number.isNaN(born) ? Date.parse(time) : born;
}
