import type { DeadLetter } from 'anywise';
import { editLetter, replayLetters } from '../../actions/letters.js';
import { checkEdit, fingerprint } from '../../letters/check.js';
import { envelopeOf, shownData } from '../../letters/data.js';
import { fieldsOf, readFields, readJson, type DataField, type Typed } from '../../letters/fields.js';
import { findLetter, type Found } from '../../letters/find.js';
import { HttpError } from '../../http/http-error.js';
import { Crumbs } from '../../ui/crumbs.js';
import { Hidden } from '../../ui/form.js';
import { prettyJson } from '../../ui/json.js';
import { Heading } from '../../ui/pieces.js';
import { visible } from '../../ui/words.js';
import { demand, link, may, type Page, type Redirect, type Shown, type Visit } from '../../visit.js';
import { done } from '../done.js';
import { letterQuery } from './letter-query.js';

/** The data of a dead letter as a form, or as JSON; checked by the contract before it is saved. */
export const editPage: Page = {
  path: '/dead-letters/edit',
  look: async (visit) => {
    demand(visit, 'edit');
    const found = await findLetter(visit, visit.query);
    return show(visit, found, { as: visit.query.get('as') === 'json' ? 'json' : 'form' });
  },
  act: async (visit, form) => {
    demand(visit, 'edit');
    const replays = form.get('then') === 'replay';
    if (replays) demand(visit, 'replay');
    return save(visit, await findLetter(visit, form), form, replays);
  },
};

async function save(visit: Visit, found: Found, form: URLSearchParams, replays: boolean): Promise<Shown | Redirect> {
  const { source, letter } = found;
  const before = editableData(visit, letter);
  const as = form.get('as') === 'form' ? 'form' : 'json';
  const again = (wrong: ReadonlyMap<string, string>): Shown => show(visit, found, { as, wrong, typed: form });
  if (form.get('seen') !== fingerprint(letter)) return again(overtaken);
  const typed: Typed =
    as === 'form' && isObject(before) ? readFields(form, before) : readJson((form.get('json') ?? '').trim());
  if ('wrong' in typed) return again(typed.wrong);
  const checked = checkEdit(source, letter, typed.data);
  if ('wrong' in checked) return again(checked.wrong);
  const ref = letterQuery(source.service, letter);
  if (!(await editLetter(source, visit.viewer.user, letter, checked.json))) {
    return show(visit, await findLetter(visit, form), { as, wrong: overtaken, typed: form });
  }
  if (!replays) return { to: link(visit, '/dead-letters/letter', ref) };
  const count = await replayLetters(source, visit.viewer.user, letter);
  if (count === 0) throw gone(letter);
  const { id, listener } = letter;
  return done({
    title: 'Saved and replayed',
    section: '/dead-letters',
    says: `${visible(id)} has the new data, and is due again for ${visible(listener)}. What came is kept with it.`,
    onward: [
      [link(visit, '/dead-letters', { service: source.service, listener }), 'Back to the dead letters'],
      [link(visit, '/conversations', { id: envelopeOf(checked.json)?.correlationid ?? id }), 'Follow it'],
    ],
  });
}

const overtaken: ReadonlyMap<string, string> = new Map([
  ['', 'Someone else has edited it in the meantime. What you typed is below: saving it now replaces theirs.'],
]);

/**
 * What a form may start from.
 *
 * @throws HttpError (403) if any of it may not be shown: saving the form would lose that part.
 */
function editableData({ world }: Visit, letter: DeadLetter): unknown {
  const envelope = envelopeOf(letter.json);
  if (envelope === undefined && (!world.showData || world.redact !== undefined)) throw withheld();
  if (envelope === undefined) return undefined;
  const shown = shownData(world, letter.type, envelope.data);
  if (shown.kind !== 'whole') throw withheld();
  return envelope.data;
}

function withheld(): HttpError {
  return new HttpError(403, 'Its data is withheld here, so that it cannot be edited here.');
}

interface FormState {
  readonly as: 'form' | 'json';
  readonly wrong?: ReadonlyMap<string, string>;
  readonly typed?: URLSearchParams;
}

function show(visit: Visit, { source, letter }: Found, state: FormState): Shown {
  const { service, bus } = source;
  const data = editableData(visit, letter);
  const isReadable = envelopeOf(letter.json) !== undefined;
  const fields = fieldsOf(data);
  const as = fields === undefined ? 'json' : state.as;
  const query = letterQuery(service, letter);
  const { wrong = new Map<string, string>(), typed } = state;
  const title = `Edit ${letter.type === '' ? 'what arrived' : letter.type}`;
  const whole = wrong.get('');
  return {
    title,
    section: '/dead-letters',
    isLive: false,
    status: wrong.size > 0 ? 422 : 200,
    body: (
      <>
        <div>
          <Crumbs
            trail={[
              [link(visit, '/dead-letters'), 'Dead letters'],
              [link(visit, '/dead-letters/letter', query), letter.id],
            ]}
          />
          <Heading title={title} lead={bus === undefined ? uncheckedText : checkedText} />
        </div>
        {fields !== undefined && (
          <nav class="buttons" aria-label="Ways to edit">
            {(['form', 'json'] as const).map((each) => (
              <a
                key={each}
                class="button quiet"
                aria-current={each === as ? 'true' : undefined}
                href={link(visit, '/dead-letters/edit', { ...query, as: each })}
              >
                {each === 'form' ? 'As a form' : 'As JSON'}
              </a>
            ))}
          </nav>
        )}
        {wrong.size > 0 && <Wrong wrong={wrong} />}
        <form class="card fields" method="post" action={link(visit, '/dead-letters/edit')}>
          <Hidden fields={{ ...query, as, seen: fingerprint(letter) }} />
          {as === 'form' && fields !== undefined ? (
            fields.map((field) => <Field key={field.name} field={field} wrong={wrong} typed={typed} />)
          ) : (
            <div class="field">
              <label for="json">{isReadable ? 'Data' : 'Envelope'}</label>
              <textarea
                id="json"
                name="json"
                spellcheck={false}
                aria-invalid={whole === undefined ? undefined : 'true'}
              >
                {typed?.get('json') ?? (isReadable ? prettyJson(data) : visible(letter.json))}
              </textarea>
            </div>
          )}
          <p class="buttons">
            {may(visit, 'replay') && (
              <button type="submit" class="main" name="then" value="replay">
                Save and replay
              </button>
            )}
            <button type="submit" name="then" value="save">
              Save
            </button>
            <a class="button" href={link(visit, '/dead-letters/letter', query)}>
              Back
            </a>
          </p>
        </form>
      </>
    ),
  };
}

const checkedText = 'The contract checks it before it is saved. What came is kept.';
const uncheckedText =
  'No contract is known here: the listener checks it when it is replayed, and it dies again if it does not fit. What came is kept.';

function Wrong({ wrong }: { readonly wrong: ReadonlyMap<string, string> }) {
  return (
    <div class="note bad" role="alert">
      <p>Nothing was saved.</p>
      <ul>
        {[...wrong].map(([name, text]) => (
          <li key={name}>
            {name !== '' && <strong>{visible(name)}: </strong>}
            {visible(text)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Field({
  field: { name, kind, text },
  wrong,
  typed,
}: {
  readonly field: DataField;
  readonly wrong: ReadonlyMap<string, string>;
  readonly typed: URLSearchParams | undefined;
}) {
  const id = `field.${name}`;
  const value = typed?.get(id) ?? text;
  const problems = [...wrong].filter(([path]) => path === name || path.startsWith(`${name}.`));
  const common = {
    id,
    name: id,
    'aria-invalid': problems.length > 0 ? ('true' as const) : undefined,
    'aria-describedby': problems.length > 0 ? `${id}-wrong` : undefined,
  };
  return (
    <div class="field">
      <label for={id}>{visible(name)}</label>
      {kind === 'boolean' ? (
        <select {...common}>
          {['true', 'false'].map((each) => (
            <option key={each} value={each} selected={each === value}>
              {each}
            </option>
          ))}
        </select>
      ) : kind === 'json' || value.includes('\n') || value.length > 120 ? (
        <textarea class="short" spellcheck={false} {...common}>
          {value}
        </textarea>
      ) : (
        <input {...common} value={value} autocomplete="off" inputMode={kind === 'number' ? 'decimal' : undefined} />
      )}
      {problems.length > 0 && (
        <p class="wrong" id={`${id}-wrong`}>
          {problems.map(([, problem]) => visible(problem)).join('; ')}
        </p>
      )}
    </div>
  );
}

function gone({ id, listener }: DeadLetter): HttpError {
  return new HttpError(
    409,
    `\`${listener}\` has no dead letter ${id} any more. It was replayed or discarded meanwhile.`,
  );
}

function isObject(data: unknown): data is object {
  return fieldsOf(data) !== undefined;
}
