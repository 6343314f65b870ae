/** The pages. */
export type PagePath =
  | '/'
  | '/dead-letters'
  | '/dead-letters/letter'
  | '/dead-letters/edit'
  | '/dead-letters/bulk'
  | '/waiting'
  | '/waiting/lane'
  | '/outbox'
  | '/scheduled'
  | '/conversations'
  | '/flow'
  | '/catalog'
  | '/apis'
  | '/apis/reader'
  | '/apis/document'
  | '/projections'
  | '/sagas'
  | '/processes'
  | '/actions'
  | '/search';

export type Query = Readonly<Record<string, string | number | undefined>>;

/** The address of a page. Fields without a value are left out. */
export function href(base: string, path: PagePath, query: Query = {}): string {
  const fields = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  const search = new URLSearchParams(fields).toString();
  const place = path === '/' && base !== '' ? base : `${base}${path}`;
  return search === '' ? place : `${place}?${search}`;
}
