import type { Api } from '../apis/apis.js';
import { Heading, Nothing } from '../ui/pieces.js';
import { Table } from '../ui/table.js';
import { link, type Page, type Visit } from '../visit.js';

/** The HTTP routes of services, by their OpenAPI documents. */
export const apis: Page = {
  path: '/apis',
  look: async (visit) => {
    const shown = (await visit.world.apis?.list()) ?? [];
    const body = shown.length === 0 ? <None visit={visit} /> : <All visit={visit} apis={shown} />;
    return { title: 'APIs', section: '/apis', isLive: false, body };
  },
};

function None({ visit }: { readonly visit: Visit }) {
  return (
    <>
      <Heading title="APIs" />
      <Nothing title="There is no API to show.">
        {visit.world.apis === undefined
          ? 'Give the dashboard OpenAPI documents, by its option `openapi`.'
          : 'What `openapi` returned is empty: perhaps no service runs.'}
      </Nothing>
    </>
  );
}

function All({ visit, apis: shown }: { readonly visit: Visit; readonly apis: readonly Api[] }) {
  const hasReader = visit.world.apis?.hasReader === true;
  return (
    <>
      <Heading title="APIs" lead="What services answer over HTTP, as their routes and contracts declare it" />
      {hasReader ? null : <p>To read them here, install `swagger-ui-dist` beside the dashboard.</p>}
      <Table
        caption="By title"
        rows={shown}
        keyOf={({ title }) => title}
        columns={[
          {
            head: 'API',
            isHead: true,
            cell: ({ title }) => (hasReader ? <a href={link(visit, '/apis/reader', { title })}>{title}</a> : title),
          },
          { head: 'Version', cell: ({ version }) => version },
          { head: 'Routes', isNumber: true, cell: ({ routes }) => routes },
          { head: 'What it is', cell: ({ description }) => description ?? <span class="muted">no description</span> },
          {
            head: 'Document',
            cell: ({ title }) => <a href={link(visit, '/apis/document', { title })}>OpenAPI of {title}</a>,
          },
        ]}
      />
    </>
  );
}
