/** A line that both texts have, or only one of them. */
export interface DiffLine {
  readonly kind: 'same' | 'old' | 'new';
  readonly text: string;
}

/** Beyond this, the two are shown one after the other. */
const mostLines = 400;

/** The lines of two texts, those that differ marked. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  if (old.length > mostLines || now.length > mostLines) {
    return [
      ...old.map((text) => ({ kind: 'old' as const, text })),
      ...now.map((text) => ({ kind: 'new' as const, text })),
    ];
  }
  const common = commonLengths(old, now);
  const lines: DiffLine[] = [];
  let [a, b] = [0, 0];
  while (a < old.length || b < now.length) {
    const [left, right] = [old[a], now[b]];
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left });
      a++;
      b++;
    } else if (left !== undefined && (right === undefined || at(common, a + 1, b) >= at(common, a, b + 1))) {
      lines.push({ kind: 'old', text: left });
      a++;
    } else {
      lines.push({ kind: 'new', text: right ?? '' });
      b++;
    }
  }
  return lines;
}

export function Diff({
  before,
  after,
  label,
}: {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}) {
  return (
    <pre tabIndex={0} role="group" aria-label={label}>
      <code>
        {diffLines(before, after).map(({ kind, text }, index) => {
          if (kind === 'old') return <del key={index}>{`- ${text}`}</del>;
          if (kind === 'new') return <ins key={index}>{`+ ${text}`}</ins>;
          return `  ${text}\n`;
        })}
      </code>
    </pre>
  );
}

/** For each pair of ends, how many lines they have in common, in order. */
function commonLengths(old: readonly string[], now: readonly string[]): readonly (readonly number[])[] {
  const rows: number[][] = Array.from({ length: old.length + 1 }, () =>
    Array.from({ length: now.length + 1 }, () => 0),
  );
  for (let a = old.length - 1; a >= 0; a--) {
    const row = rows[a];
    if (row === undefined) continue;
    for (let b = now.length - 1; b >= 0; b--) {
      row[b] = old[a] === now[b] ? at(rows, a + 1, b + 1) + 1 : Math.max(at(rows, a + 1, b), at(rows, a, b + 1));
    }
  }
  return rows;
}

function at(rows: readonly (readonly number[])[], a: number, b: number): number {
  return rows[a]?.[b] ?? 0;
}
