import type { ComponentChildren } from 'preact';
import { link, type Visit } from '../visit.js';
import type { PagePath } from './href.js';

/** Fields that a form sends besides what is typed. */
export type Fields = Readonly<Record<string, string | number | undefined>>;

export function Hidden({ fields }: { readonly fields: Fields }) {
  return (
    <>
      {Object.entries(fields).map(([name, value]) =>
        value === undefined ? null : <input key={name} type="hidden" name={name} value={String(value)} />,
      )}
    </>
  );
}

/** A button that does something, as a form: it needs no script. */
export function PostButton({
  visit,
  path,
  fields,
  tone = '',
  children,
}: {
  readonly visit: Visit;
  readonly path: PagePath;
  readonly fields: Fields;
  readonly tone?: 'main' | 'danger' | 'quiet' | '' | undefined;
  readonly children: ComponentChildren;
}) {
  return (
    <form method="post" action={link(visit, path)}>
      <Hidden fields={fields} />
      <button type="submit" class={tone}>
        {children}
      </button>
    </form>
  );
}

/** A link to the next page of a list. */
export function Pager({
  visit,
  next,
  first,
}: {
  readonly visit: Visit;
  readonly next: string | undefined;
  readonly first: string | undefined;
}) {
  if (next === undefined && first === undefined) return null;
  return (
    <nav class="pager" aria-label="More of this list">
      {first !== undefined && (
        <a class="button" href={`${visit.base}${first}`}>
          From the first
        </a>
      )}
      {next !== undefined && (
        <a class="button" href={`${visit.base}${next}`} rel="next">
          Further
        </a>
      )}
    </nav>
  );
}
