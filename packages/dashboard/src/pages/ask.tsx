import { PostButton } from '../ui/form.js';
import { Heading } from '../ui/pieces.js';
import type { PagePath } from '../ui/href.js';
import { link, type Shown, type Visit } from '../visit.js';

/** Asks whether to do what cannot be undone. */
export function ask(
  visit: Visit,
  given: {
    readonly title: string;
    readonly section: PagePath;
    /** What it would be done to. */
    readonly lead: string;
    /** What would come of it. */
    readonly says: string;
    /** What the button says, and the fields that it sends, `sure` besides. */
    readonly button: string;
    readonly fields: Readonly<Record<string, string | number>>;
  },
): Shown {
  const { title, section, lead, says, button, fields } = given;
  return {
    title,
    section,
    isLive: false,
    body: (
      <>
        <Heading title={title} lead={lead} />
        <div class="card">
          <p>{says}</p>
          <div class="buttons">
            <PostButton visit={visit} path={section} fields={{ ...fields, sure: 'yes' }} tone="danger">
              {button}
            </PostButton>
            <a class="button" href={link(visit, section)}>
              Back
            </a>
          </div>
        </div>
      </>
    ),
  };
}
