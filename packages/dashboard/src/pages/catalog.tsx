import type { CatalogField, CatalogMessage, CatalogSchema } from 'anywise/docs';
import { HttpError } from '../http/http-error.js';
import { Json } from '../ui/json.js';
import { Heading, Nothing } from '../ui/pieces.js';
import { Table } from '../ui/table.js';
import { link, type Page, type Visit } from '../visit.js';

/** Every message, and what is known about each: from the code, not from the store. */
export const catalog: Page = {
  path: '/catalog',
  look: async (visit) => {
    const messages = visit.world.catalog?.() ?? [];
    const type = visit.query.get('type');
    const message = messages.find((each) => each.type === type);
    if (type !== null && message === undefined) throw new HttpError(404, `The catalog has no message \`${type}\`.`);
    const body = message === undefined ? <All visit={visit} messages={messages} /> : <One message={message} />;
    return { title: message?.type ?? 'Catalog', section: '/catalog', isLive: false, body };
  },
};

function All({ visit, messages }: { readonly visit: Visit; readonly messages: readonly CatalogMessage[] }) {
  if (messages.length === 0) {
    return (
      <>
        <Heading title="Catalog" />
        {visit.world.catalog === undefined ? (
          <Nothing title="There is no catalog.">Give the dashboard one, by its option `catalog`.</Nothing>
        ) : (
          <Nothing title="The catalog has no messages.">
            It may still be read from the code: look again in a moment.
          </Nothing>
        )}
      </>
    );
  }
  // Only the source tells who publishes: where it was not read, "no service" would be wrong.
  const isMadeKnown = messages.some(({ makers }) => makers.length > 0);
  return (
    <>
      <Heading title="Catalog" lead={`${messages.length} messages, as the code declares them`} />
      <Table
        caption="By wire name"
        rows={messages}
        keyOf={({ type }) => type}
        columns={[
          { head: 'Message', isHead: true, cell: ({ type }) => <a href={link(visit, '/catalog', { type })}>{type}</a> },
          { head: 'Kind', cell: ({ kind }) => kind },
          { head: 'Version', isNumber: true, cell: ({ version }) => version },
          { head: 'What it is', cell: ({ summary }) => summary ?? <span class="muted">no summary</span> },
          {
            head: 'Made by',
            cell: ({ makers, routes }) => namesOf([...makers, ...routes], isMadeKnown ? 'no service' : 'not known'),
          },
          { head: 'Read by', cell: ({ handlers, listeners }) => namesOf([...handlers, ...listeners], 'no service') },
        ]}
      />
    </>
  );
}

function namesOf(rows: readonly { readonly service: string }[], none: string) {
  const names = [...new Set(rows.map(({ service }) => service))].sort();
  return names.length === 0 ? <span class="muted">{none}</span> : names.join(', ');
}

function One({ message }: { readonly message: CatalogMessage }) {
  const { type, name, kind, version, readsVersions, slice, summary, data, reply, errors } = message;
  const reads = readsVersions.length === 0 ? '' : `, reads ${readsVersions.join(', ')} too`;
  return (
    <>
      <Heading title={type} lead={summary ?? `The ${kind} ${name}`} />
      <p>
        {kind} of {slice}, class {name}, version {version}
        {reads}
      </p>
      <People message={message} />
      <Schema title="Data" part={data} />
      {reply === undefined ? null : <Schema title="Reply" part={reply} />}
      {errors.map((error) => (
        <Schema key={error.type} title={`Error ${error.type}`} part={error} />
      ))}
    </>
  );
}

interface Person {
  readonly who: string;
  readonly does: string;
  readonly where: string;
}

function People({ message }: { readonly message: CatalogMessage }) {
  const { makers, routes, handlers, listeners, projections } = message;
  const people: readonly Person[] = [
    ...routes.map(({ service, method, path }) => ({ who: service, does: 'sends it', where: `${method} ${path}` })),
    ...makers.map(({ service, deed, place = '' }) => ({ who: service, does: `${deed} it`, where: place })),
    ...handlers.map(({ service, place, source = place }) => ({ who: service, does: 'handles it', where: source })),
    ...listeners.map(({ service, name, runs, attempts, place, source = place }) => ({
      who: service,
      does: runs === 'inside' ? `listens as ${name}, inside publish` : `listens as ${name}, ${attempts} attempts`,
      where: source,
    })),
    ...projections.map(({ service, name, version }) => ({
      who: service,
      does: 'takes it into a read model',
      where: `${name}, version ${version}`,
    })),
  ];
  if (people.length === 0) return <p>No service that is shown here makes it or reads it.</p>;
  return (
    <Table
      caption="Who makes it, and who reads it"
      rows={people}
      keyOf={({ who, does, where }) => `${who} ${does} ${where}`}
      columns={[
        { head: 'Service', isHead: true, cell: ({ who }) => who },
        { head: 'Does what', cell: ({ does }) => does },
        { head: 'Where', cell: ({ where }) => where },
      ]}
    />
  );
}

function Schema({ title, part }: { readonly title: string; readonly part: CatalogSchema }) {
  const { fields, example, lost } = part;
  return (
    <>
      <h2>{title}</h2>
      {fields.length === 0 ? <p>It has no fields.</p> : <Fields title={title} fields={fields} />}
      {lost.map((text) => (
        <p key={text} class="muted">
          Not shown: {text}
        </p>
      ))}
      {example === undefined ? null : <Json value={example} label={`An example: ${title}`} />}
    </>
  );
}

function Fields({ title, fields }: { readonly title: string; readonly fields: readonly CatalogField[] }) {
  return (
    <Table
      caption={`Fields: ${title}`}
      isCaptionHidden
      rows={fields}
      keyOf={({ name }) => name}
      columns={[
        { head: 'Field', isHead: true, cell: ({ name }) => name },
        { head: 'Type', cell: ({ type }) => type },
        { head: 'Needed', cell: ({ isRequired }) => (isRequired ? 'yes' : 'no') },
        { head: 'What it is', cell: ({ description }) => description ?? '' },
      ]}
    />
  );
}
