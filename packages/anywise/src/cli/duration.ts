const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The milliseconds of a text such as `90s`, `10m`, `2h` or `7d`; `undefined` for any other text. */
export function readDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * units[unit as keyof typeof units];
}

/** Milliseconds in the largest unit of which there is one: `3m`. */
export function writeDuration(ms: number): string {
  const [unit, size] = Object.entries(units)
    .reverse()
    .find(([, size]) => ms >= size) ?? ['s', units.s];
  return `${Math.max(0, Math.floor(ms / size))}${unit}`;
}
