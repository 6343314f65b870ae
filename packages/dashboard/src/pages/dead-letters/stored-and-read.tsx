import type { Envelope } from 'anywise';
import { isDeepStrictEqual } from 'node:util';
import { shownData } from '../../letters/data.js';
import type { Reading } from '../../letters/reading.js';
import { Diff } from '../../ui/diff.js';
import { Json, prettyJson } from '../../ui/json.js';
import { visible } from '../../ui/words.js';
import type { Visit } from '../../visit.js';

/** What is stored of a message beside what a listener would get of it now, where the two differ. */
export function StoredAndRead({ visit, envelope, reading }: Props) {
  const { type, data } = envelope;
  const stored = shownData(visit.world, type, data);
  if (reading === undefined || stored.kind === 'hidden') return null;
  if ('refused' in reading) {
    return <p class="note">A replay would fail: the code that runs here cannot read it. {visible(reading.refused)}</p>;
  }
  if (isDeepStrictEqual(data, reading.data)) return null;
  const now = shownData(visit.world, type, reading.data);
  const label = 'What is stored, and what a listener would get of it now';
  return (
    <details open>
      <summary>{label}</summary>
      {stored.kind === 'whole' && now.kind === 'whole' ? (
        <Diff before={prettyJson(stored.data)} after={prettyJson(now.data)} label={label} />
      ) : (
        now.kind !== 'hidden' && <Json value={now.data} label={label} />
      )}
    </details>
  );
}

interface Props {
  readonly visit: Visit;
  readonly envelope: Envelope;
  readonly reading: Reading | undefined;
}
