import type { SagaStepRow } from 'anywise';
import { HttpError } from '../../http/http-error.js';
import { shownData } from '../../letters/data.js';
import { Crumbs } from '../../ui/crumbs.js';
import { Json } from '../../ui/json.js';
import { Fact, Heading, Since, State } from '../../ui/pieces.js';
import { Table } from '../../ui/table.js';
import { visible } from '../../ui/words.js';
import { link, sourceOf, type Shown, type Visit } from '../../visit.js';
import { nowOf } from '../paging.js';
import { Waits } from './waits.js';

export interface Which {
  readonly service: string;
  readonly name: string;
  readonly key: string;
}

/** One saga: its state, what it waits for, and each step with what it caused. */
export async function sagaPage(visit: Visit, { service, name, key }: Which): Promise<Shown> {
  const found = await sourceOf(visit, service).store.sagas?.find(name, key);
  if (found === undefined) throw new HttpError(404, `${service} has no saga \`${name}\` with this key.`);
  const { row, steps } = found;
  const now = nowOf(visit, service);
  return {
    title: `Saga ${visible(key)}`,
    section: '/sagas',
    isLive: row.status !== 'ended',
    body: (
      <>
        <div>
          <Crumbs
            trail={[
              [link(visit, '/sagas'), 'Sagas'],
              [link(visit, '/sagas', { service, name }), name],
            ]}
          />
          <Heading title={`Saga ${visible(key)}`} />
        </div>
        <dl class="facts">
          <Fact name="Status">
            <State name={row.status} />
          </Fact>
          <Fact name="Waits for">
            <Waits saga={row} now={now} />
          </Fact>
          <Fact name="Began">
            <Since at={row.createdAt} now={now} />
          </Fact>
          {row.endedAt !== undefined && (
            <Fact name="Ended">
              <Since at={row.endedAt} now={now} />
            </Fact>
          )}
          <Fact name="Service">{service}</Fact>
        </dl>
        <h2>State</h2>
        <StateOf visit={visit} name={name} json={row.state} label="The state now" />
        <h2>Steps</h2>
        <Steps visit={visit} name={name} steps={steps} now={now} />
      </>
    ),
  };
}

function Steps(given: {
  readonly visit: Visit;
  readonly name: string;
  readonly steps: readonly SagaStepRow[];
  readonly now: number;
}) {
  const { visit, name, steps, now } = given;
  return (
    <Table
      caption="The last steps, the first of them first"
      rows={steps}
      keyOf={({ n }) => String(n)}
      columns={[
        { head: 'Step', isNumber: true, cell: ({ n }) => n },
        { head: 'When', cell: ({ at }) => <Since at={at} now={now} /> },
        {
          head: 'On',
          isHead: true,
          cell: ({ type, messageId }) =>
            messageId === '' ? type : <a href={link(visit, '/conversations', { id: messageId })}>{visible(type)}</a>,
        },
        { head: 'Outcome', cell: ({ outcome }) => outcome },
        {
          head: 'Caused',
          cell: ({ caused }) => (caused.length === 0 ? <span class="muted">nothing</span> : caused.join(', ')),
        },
        {
          head: 'State',
          cell: ({ n, state }) => (
            <details>
              <summary>After it</summary>
              <StateOf visit={visit} name={name} json={state} label={`The state after step ${n}`} />
            </details>
          ),
        },
      ]}
    />
  );
}

/** A state is shown as the data of messages is: not at all, or redacted under the name of the saga, if the dashboard says so. */
function StateOf(given: {
  readonly visit: Visit;
  readonly name: string;
  readonly json: string | undefined;
  readonly label: string;
}) {
  const { visit, name, json, label } = given;
  if (json === undefined) return <p class="muted">None.</p>;
  const shown = shownData(visit.world, name, JSON.parse(json));
  return shown.kind === 'hidden' ? <p class="muted">Not shown here.</p> : <Json value={shown.data} label={label} />;
}
