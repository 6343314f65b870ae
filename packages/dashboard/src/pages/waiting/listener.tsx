import { Crumbs } from '../../ui/crumbs.js';
import { Pager } from '../../ui/form.js';
import { href } from '../../ui/href.js';
import { Heading, Nothing } from '../../ui/pieces.js';
import { number } from '../../ui/words.js';
import { link, sourceOf, type Shown, type Visit } from '../../visit.js';
import { viewOf } from '../view.js';
import { afterOf, nowOf } from '../paging.js';
import { Rows } from './rows.js';

const pageSize = 50;

/** What one listener has in hand, and what waits for it. */
export async function listenerPage(visit: Visit, service: string, listener: string): Promise<Shown> {
  const view = viewOf(sourceOf(visit, service));
  const after = afterOf(visit);
  const [running, waiting] = await Promise.all([
    view.inbox({ state: 'running', listener }, { limit: pageSize }),
    view.inbox({ state: 'waiting', listener }, { limit: pageSize, after }),
  ]);
  const now = nowOf(visit, service);
  const retrying = waiting.filter(({ error }) => error !== undefined);
  const last = waiting.at(-1)?.seq;
  return {
    title: listener,
    section: '/waiting',
    isLive: true,
    body: (
      <>
        <div>
          <Crumbs trail={[[link(visit, '/waiting'), 'Waiting'], service]} />
          <Heading
            title={listener}
            lead={`${number(running.length)} running, ${number(waiting.length)}${waiting.length === pageSize ? '+' : ''} waiting here, ${number(retrying.length)} of them after an attempt that failed`}
          />
        </div>
        <p class="buttons">
          <a class="button" href={link(visit, '/dead-letters', { service, listener })}>
            Its dead letters
          </a>
        </p>
        {running.length === 0 && waiting.length === 0 && (
          <Nothing title="Nothing waits.">Every message for it was handled, or is a dead letter.</Nothing>
        )}
        {running.length > 0 && after === undefined && (
          <Rows visit={visit} service={service} caption="Running" rows={running} now={now} />
        )}
        {waiting.length > 0 && <Rows visit={visit} service={service} caption="Waiting" rows={waiting} now={now} />}
        <Pager
          visit={visit}
          next={waiting.length < pageSize ? undefined : href('', '/waiting', { service, listener, after: last })}
          first={after === undefined ? undefined : href('', '/waiting', { service, listener })}
        />
      </>
    ),
  };
}
