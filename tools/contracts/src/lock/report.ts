import type { ServiceCode } from '@anywise/dev/code';
import type { Change } from './change.js';
import { lockName } from './file.js';
import { whoNotices } from './who.js';

const marks = { breaks: '✗', note: '!', fits: '·' } as const;
const ranks = { breaks: 0, note: 1, fits: 2 } as const;

/** What has changed since the lock was written, the worst first: what, who notices it, and what to do. */
export function reportOf(changes: readonly Change[], services: readonly ServiceCode[]): string {
  const ordered = [...changes].sort((a, b) => ranks[a.effect] - ranks[b.effect]);
  return ordered.map((change) => oneChange(change, services)).join('\n');
}

function oneChange(change: Change, services: readonly ServiceCode[]): string {
  const { what, part, effect, broken, changes, todo } = change;
  const title = `${marks[effect]} ${what}${part === 'message' || part === 'route' ? '' : `, ${part}`}`;
  const why = broken === undefined || broken === 'always' ? '' : `: ${broken}`;
  const consequence = effect === 'breaks' ? ` breaks${why}` : effect === 'fits' ? '' : why;
  const who = whoNotices(change, services);
  return [
    `${title}${consequence}`,
    ...changes.map((text) => `    ${text}`),
    ...who.map((text, index) => `    ${index === 0 ? 'who ' : '    '} ${text}`),
    ...(todo === undefined ? [] : [`    do   ${todo}`]),
    '',
  ].join('\n');
}

/** The last line: what follows from it. */
export function verdictOf(changes: readonly Change[]): string {
  const breaking = changes.filter(({ effect }) => effect === 'breaks').length;
  if (changes.length === 0) return `${lockName} is up to date.`;
  if (breaking === 0) {
    return `Nothing breaks. Run \`pnpm contracts:accept\`, and commit ${lockName} with the change.`;
  }
  const count = breaking === 1 ? 'One change breaks' : `${breaking} changes break`;
  return `${count} what others rely on. If it is meant: \`pnpm contracts:accept --because "…"\`, which keeps the reason in ${lockName}.`;
}
