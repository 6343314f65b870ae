import type { DeadLetter } from 'anywise';
import { discardLetters, replayLetters } from '../../actions/letters.js';
import { filterOf, queryOf, selectedBy, type Selected } from '../../letters/filter.js';
import { HttpError } from '../../http/http-error.js';
import type { DashboardSource } from '../../source.js';
import { Crumbs } from '../../ui/crumbs.js';
import { Hidden } from '../../ui/form.js';
import { Heading, Nothing } from '../../ui/pieces.js';
import { Table } from '../../ui/table.js';
import { firstLine, many, number } from '../../ui/words.js';
import { demand, link, sourceOf, type Page, type Shown, type Visit } from '../../visit.js';
import { done } from '../done.js';
import { wholeNumberIn } from '../paging.js';
import { letterColumns } from './columns.js';

type BulkAction = 'replay' | 'discard';

const previewed = 20;

/**
 * Replays or discards many at once. First it shows which, and freezes them: what arrives or dies after that is left out,
 * however long the page stays open.
 */
export const bulkPage: Page = {
  path: '/dead-letters/bulk',
  look: async (visit) => {
    const action = actionOf(visit.query);
    demand(visit, action);
    const selected = selectedBy(visit.query);
    return preview(visit, action, selected, undefined);
  },
  act: async (visit, form) => {
    const action = actionOf(form);
    demand(visit, action);
    return carryOut(visit, action, selectedBy(form), form);
  },
};

/** What was there when the preview was made. */
interface Frozen {
  /** The largest `seq` among them. */
  readonly upTo: number;
  /** The time of the preview, by the database's clock. */
  readonly at: number;
  readonly count: number;
}

async function freeze({ store }: DashboardSource, selected: Selected): Promise<Frozen> {
  const at = Math.ceil(await databaseTime(store));
  // Every one that counts is dead already, so that its `seq` is not above the last given.
  const upTo = (await store.view?.counts(1))?.lastSeq.inbox ?? Number.MAX_SAFE_INTEGER;
  return { upTo, at, count: await store.deadLetters.count({ ...filterOf(selected), upTo }) };
}

async function preview(
  visit: Visit,
  action: BulkAction,
  selected: Selected,
  wrong: string | undefined,
): Promise<Shown> {
  const source = sourceOf(visit, selected.service ?? null);
  const frozen = await freeze(source, selected);
  const filter = { ...filterOf(selected), upTo: frozen.upTo };
  const letters = frozen.count === 0 ? [] : await source.store.deadLetters.list(filter, { limit: previewed });
  const verb = action === 'replay' ? 'Replay' : 'Discard';
  return {
    title: `${verb} ${many(frozen.count, 'dead letter')}?`,
    section: '/dead-letters',
    isLive: false,
    status: wrong === undefined ? 200 : 409,
    body: (
      <>
        <div>
          <Crumbs
            trail={[
              [link(visit, '/dead-letters'), 'Dead letters'],
              [link(visit, '/dead-letters', queryOf(selected)), source.service],
            ]}
          />
          <Heading title={`${verb} ${many(frozen.count, 'dead letter')}?`} lead={whichText(selected)} />
        </div>
        {frozen.count === 0 ? (
          <Nothing title="None is left.">They were replayed or discarded, or nothing ever matched.</Nothing>
        ) : (
          <>
            <Ask
              visit={visit}
              action={action}
              selected={{ ...selected, service: source.service }}
              frozen={frozen}
              wrong={wrong}
            />
            <Letters visit={visit} service={source.service} letters={letters} now={frozen.at} count={frozen.count} />
          </>
        )}
      </>
    ),
  };
}

function Ask({
  visit,
  action,
  selected,
  frozen,
  wrong,
}: {
  readonly visit: Visit;
  readonly action: BulkAction;
  readonly selected: Selected;
  readonly frozen: Frozen;
  readonly wrong: string | undefined;
}) {
  const { upTo, at, count } = frozen;
  return (
    <form class="card fields" method="post" action={link(visit, '/dead-letters/bulk')}>
      <Hidden fields={{ ...queryOf(selected), action, upTo, at, count }} />
      <p>{action === 'replay' ? replayText : discardText}</p>
      {action === 'discard' && (
        <div class="field">
          <label for="typed">{`Type ${count} to discard ${count === 1 ? 'it' : 'them'}`}</label>
          <input
            id="typed"
            name="typed"
            inputMode="numeric"
            autocomplete="off"
            required
            aria-describedby={wrong === undefined ? undefined : 'typed-wrong'}
            aria-invalid={wrong === undefined ? undefined : 'true'}
          />
          {wrong !== undefined && (
            <p class="wrong" id="typed-wrong">
              {wrong}
            </p>
          )}
        </div>
      )}
      <p class="buttons">
        <button type="submit" class={action === 'replay' ? 'main' : 'danger'}>
          {`${action === 'replay' ? 'Replay' : 'Discard'} ${many(count, 'dead letter')}`}
        </button>
        <a class="button" href={link(visit, '/dead-letters', queryOf(selected))}>
          Back
        </a>
      </p>
    </form>
  );
}

const replayText =
  'They become due again, with all their attempts. What they wrote before was rolled back. Those that arrive or die from now on are left out.';
const discardText =
  'They are gone for good: there is no undo. Their listeners never handle them, and what waits behind them goes on without them. Those that arrive or die from now on are left out.';

function Letters(given: {
  readonly visit: Visit;
  readonly service: string;
  readonly letters: readonly DeadLetter[];
  readonly now: number;
  readonly count: number;
}) {
  const { visit, service, letters, now, count } = given;
  return (
    <Table
      caption={letters.length < count ? `The first ${letters.length} of ${number(count)}` : many(count, 'dead letter')}
      rows={letters}
      keyOf={({ seq }) => String(seq)}
      columns={letterColumns(visit, service, now)}
    />
  );
}

async function carryOut(visit: Visit, action: BulkAction, selected: Selected, form: URLSearchParams): Promise<Shown> {
  const source = sourceOf(visit, selected.service ?? null);
  const [upTo, at, count] = ['upTo', 'at', 'count'].map((name) => required(form, name)) as [number, number, number];
  if (action === 'discard' && form.get('typed')?.trim() !== String(count)) {
    return preview(visit, action, selected, `It says ${form.get('typed') ?? 'nothing'}. Nothing was discarded.`);
  }
  const passed = Math.max(0, (await databaseTime(source.store)) - at);
  const filter = { ...filterOf(selected), upTo, ...(passed > 0 && { olderThanMs: passed }) };
  const work = action === 'replay' ? replayLetters : discardLetters;
  const changed = await work(source, visit.viewer.user, filter);
  const left = await source.store.deadLetters.count(filterOf(selected));
  return done({
    title: changed === 0 ? `Nothing was ${pastOf[action]}` : `${many(changed, 'dead letter')} ${pastOf[action]}`,
    section: '/dead-letters',
    isNothing: changed === 0,
    says: (
      <>
        <p>{`The database says: ${number(changed)} of ${number(count)} ${pastOf[action]}.`}</p>
        {changed < count && (
          <p>{`${many(count - changed, 'was', 'were')} replayed or discarded before you pressed.`}</p>
        )}
        {left > 0 && (
          <p>{`${many(left, 'dead letter')} of this kind ${left === 1 ? 'is' : 'are'} left: what arrived or died meanwhile.`}</p>
        )}
      </>
    ),
    onward: [
      [
        link(visit, '/dead-letters', { service: source.service, listener: selected.listener }),
        'Back to the dead letters',
      ],
      [link(visit, '/'), 'Go to Health'],
    ],
  });
}

const pastOf = { replay: 'replayed', discard: 'discarded' } as const;

function actionOf(fields: URLSearchParams): BulkAction {
  const action = fields.get('action');
  if (action === 'replay' || action === 'discard') return action;
  throw new HttpError(400, 'The address must say whether to `replay` or to `discard`.');
}

function required(form: URLSearchParams, name: string): number {
  const value = wholeNumberIn(form, name);
  if (value !== undefined) return value;
  throw new HttpError(400, `The form has no \`${name}\`. Begin at the list of dead letters.`);
}

function whichText({ listener, type, error, id }: Selected): string {
  const parts = [
    type ?? 'Messages',
    listener === undefined ? '' : `→ ${listener}`,
    id === undefined ? '' : `with the id ${id}`,
    error === undefined ? '' : `whose error contains “${firstLine(filterOf({ ...all, error }).error ?? '')}”`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

const all: Selected = {
  service: undefined,
  id: undefined,
  source: undefined,
  listener: undefined,
  type: undefined,
  error: undefined,
};

async function databaseTime({ view }: DashboardSource['store']): Promise<number> {
  return (await view?.counts(1))?.at ?? Date.now();
}
