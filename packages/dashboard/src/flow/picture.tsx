import type { Line, Picture, Placed } from './layout.js';

/** What a box of the picture says, and where it leads. */
export interface Caption {
  readonly href: string;
  readonly title: string;
  /** A second line, with numbers. */
  readonly note?: string | undefined;
  readonly tone?: 'bad' | '' | undefined;
}

/** The flow as a picture whose boxes are links. The table below it says the same. */
export function FlowPicture({
  picture,
  captionOf,
  toneOf,
}: {
  readonly picture: Picture;
  readonly captionOf: (node: Placed) => Caption;
  readonly toneOf: (line: Line) => string;
}) {
  const { nodes, lines, width, height } = picture;
  return (
    <div class="scroll picture" tabIndex={0} role="group" aria-label="Who sends what to whom, as a picture">
      <svg viewBox={`0 0 ${width.toFixed(0)} ${height.toFixed(0)}`} width={width.toFixed(0)}>
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path d="M0 0.5 8 4 0 7.5z" class="arrow" />
          </marker>
        </defs>
        {lines.map((line) => (
          <path
            key={`${line.edge.way} ${line.edge.service} ${line.edge.type}`}
            class={`line ${line.edge.known} ${toneOf(line)}`}
            d={curve(line.points)}
            marker-end="url(#arrow)"
          />
        ))}
        {nodes.map((node) => {
          const { href, title, note, tone = '' } = captionOf(node);
          const { x, y, width: w, height: h, kind, name } = node;
          return (
            <a key={`${kind} ${name}`} href={href} class={`box ${kind} ${tone}`}>
              <rect x={x - w / 2} y={y - h / 2} width={w} height={h} rx={kind === 'service' ? 10 : h / 2} />
              <text x={x} y={note === undefined ? y + 4.5 : y - 3} text-anchor="middle">
                {title}
              </text>
              {note !== undefined && (
                <text class="note-text" x={x} y={y + 15} text-anchor="middle">
                  {note}
                </text>
              )}
            </a>
          );
        })}
      </svg>
    </div>
  );
}

/** A smooth line through the points that the layout gives. */
function curve(points: Line['points']): string {
  const at = ({ x, y }: { readonly x: number; readonly y: number }): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    const end = index === rest.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point)} ${at(end)}`;
  });
  return bends.length === 0 ? `M${at(first)}L${at(last)}` : `M${at(first)}${bends.join('')}`;
}
