import type { PlacedUse, ServiceCode } from '@anywise/dev/code';
import type { Change } from './change.js';

/** Who notices a change, one text each: the code, by service and place, and what is stored. */
export function whoNotices(change: Change, services: readonly ServiceCode[]): readonly string[] {
  const { what, part, effect, broken } = change;
  if (effect === 'fits') return [];
  if (part === 'route') return [`callers of \`${what}\``];
  const people = peopleOf(what, services);
  if (part === 'reply' || part === 'error') return [...people.senders, ...people.callers];
  if (part === 'message') return [...people.readers, ...people.senders, ...people.callers, 'what is stored of it'];
  if (broken === 'old code reads new messages') return people.readers;
  if (broken !== 'new code reads old messages') return [];
  return [...people.senders, ...people.callers, ...people.stored];
}

interface People {
  /** Handlers and listeners. */
  readonly readers: readonly string[];
  /** Code that publishes, enqueues or sends it. */
  readonly senders: readonly string[];
  /** Callers of the routes that send it. */
  readonly callers: readonly string[];
  /** What waits in stores and on transports. */
  readonly stored: readonly string[];
}

function peopleOf(type: string, services: readonly ServiceCode[]): People {
  const uses = services.flatMap((service) =>
    service.uses.filter((use) => use.type === type).map((use) => ({ service, use })),
  );
  const senders = uses.flatMap(({ service, use }) =>
    isSending(use) ? [`${service.name} ${use.deed} it (${use.place})`] : [],
  );
  const readers = services.flatMap(({ name, description, uses: own }) => {
    const message = description.messages.find((each) => each.type === type);
    const place = own.find((use) => use.type === type && use.deed === 'handles')?.place;
    const at = place === undefined ? '' : ` (${place})`;
    const listeners = (message?.listeners ?? []).map((listener) => `${name} listens as \`${listener.name}\`${at}`);
    return message?.handler === undefined ? listeners : [`${name} handles it${at}`];
  });
  const callers = services.flatMap(({ definition }) =>
    definition.routes
      .filter(({ message }) => message.type === type)
      .map(({ method, path }) => `callers of \`${method.toUpperCase()} ${path}\``),
  );
  const isStored = uses.some(({ use: { deed } }) => deed === 'publishes' || deed === 'enqueues');
  const stored = isStored ? ['messages that wait in outboxes, on transports, in inboxes and among dead letters'] : [];
  return { readers, senders, callers, stored };
}

function isSending({ deed }: PlacedUse): boolean {
  return deed === 'publishes' || deed === 'enqueues' || deed === 'sends' || deed === 'makes';
}
