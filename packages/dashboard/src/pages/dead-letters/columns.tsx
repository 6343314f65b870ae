import type { DeadLetter } from 'anywise';
import { Ago } from '../../ui/pieces.js';
import type { Column } from '../../ui/table.js';
import { firstLine } from '../../ui/words.js';
import { link, type Visit } from '../../visit.js';
import { letterQuery } from './letter-query.js';

/** What every list of dead letters tells of one: when it died, what it is and why. */
export function letterColumns(visit: Visit, service: string, now: number): readonly Column<DeadLetter>[] {
  return [
    { head: 'Died', cell: ({ diedAt }) => <Ago at={diedAt} now={now} /> },
    {
      head: 'Message',
      isHead: true,
      cell: (letter) => (
        <a href={link(visit, '/dead-letters/letter', letterQuery(service, letter))}>
          {letter.type === '' ? 'unreadable' : letter.type}
        </a>
      ),
    },
    { head: 'Key', cell: ({ key }) => key ?? <span class="muted">–</span> },
    { head: 'Error', cell: ({ error }) => <span class="error">{firstLine(error)}</span> },
  ];
}
