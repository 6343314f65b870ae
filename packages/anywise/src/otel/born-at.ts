const version7 = /^([\da-f]{8})-([\da-f]{4})-7[\da-f]{3}-/i;

/**
 * When a message was made, in milliseconds since 1970. Its id tells, if it is a UUID of version 7: a scheduled command says as
 * its `time` when it is due.
 */
export function bornAt({ id, time }: { readonly id: string; readonly time: string }): number {
  const parts = version7.exec(id);
  return parts === null ? Date.parse(time) : Number.parseInt(`${parts[1] ?? ''}${parts[2] ?? ''}`, 16);
}
