import { Heading } from '../ui/pieces.js';
import { link, type Shown, type Visit } from '../visit.js';

/** Says why there is no answer. */
export function failed(visit: Visit, status: number, why: string): Shown {
  const title = titles[status] ?? 'Something went wrong';
  return {
    title,
    section: '/',
    isLive: false,
    status,
    body: (
      <>
        <Heading title={title} lead={why} />
        <p>
          <a class="button" href={link(visit, '/')}>
            Go to Health
          </a>
        </p>
      </>
    ),
  };
}

const titles: Readonly<Record<number, string>> = {
  400: 'That cannot be read',
  403: 'You may not do that',
  404: 'Not found',
  405: 'That cannot be done here',
  409: 'It has changed meanwhile',
  413: 'That is too large',
  415: 'That cannot be read',
};
