import { rooms } from './rooms.js';

export const tableBegin = '<!-- rooms: written by `pnpm docs:rooms` -->';
export const tableEnd = '<!-- /rooms -->';

/** Who may import whom, as the table of `docs/architecture.md`. */
export function roomsTable(): string {
  const rows = rooms.map(({ folder, holds, imports, loads = [] }) => [
    `\`${folder}\``,
    holds,
    [...imports, ...loads.map((room) => `${room} (when asked for)`)].join(', ') || 'nothing',
  ]);
  const lines = [['folder of `src`', 'what it holds', 'may import'], ['---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A page with its table written anew. */
export function withRoomsTable(page: string): string {
  const [head, rest] = page.split(tableBegin);
  const tail = rest?.split(tableEnd)[1];
  if (head === undefined || tail === undefined) throw new Error(`The page lacks \`${tableBegin}\` or \`${tableEnd}\`.`);
  return `${head}${tableBegin}\n\n${roomsTable()}\n\n${tableEnd}${tail}`;
}
