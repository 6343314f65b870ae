import type { ComponentChildren } from 'preact';
import { Heading } from '../ui/pieces.js';
import type { PagePath } from '../ui/href.js';
import type { Shown } from '../visit.js';

/** What the database says after something was done. */
export function done(given: {
  readonly title: string;
  readonly section: PagePath;
  /** Nothing was changed. */
  readonly isNothing?: boolean | undefined;
  readonly says: ComponentChildren;
  /** Where to go on: an address, and a name. */
  readonly onward: readonly (readonly [string, string])[];
}): Shown {
  const { title, section, isNothing = false, says, onward } = given;
  return {
    title,
    section,
    isLive: false,
    body: (
      <>
        <Heading title={title} />
        <div class={`note ${isNothing ? 'warn' : 'done'}`} role="status">
          {says}
        </div>
        <p class="buttons">
          {onward.map(([to, name]) => (
            <a key={to} class="button" href={to}>
              {name}
            </a>
          ))}
        </p>
      </>
    ),
  };
}
