import { exampleOf, findEntity } from './entity-events.js';

/**
 * What makes a text of the sample's projection one of the events that an entity of the slice records. Where it cannot be seen
 * what data an event has, there is no test of it.
 *
 * @throws Refusal if there is no such entity, or it is not clear which.
 */
export function projectionOf(root: string, slice: string, name: string): (text: string) => string {
  const { events } = findEntity(root, slice, name);
  const [first = ''] = events;
  const example = exampleOf(root, slice, first);
  const taken = events.map((event) => `.on(${event}, note)`).join('');
  return (text) => {
    const isTest = text.includes('projected(');
    if (!isTest) {
      return text
        .replace(/\{ SampleItem\w+, SampleItem\w+ \}/, `{ ${[...events].sort().join(', ')} }`)
        .replace(/(\s*\.on\(SampleItem\w+, note\))+/, taken);
    }
    if (example === undefined)
      return text.replace(/^import \{ SampleItem.*\n/m, '').replace(/^it\('has a row[^]*?^}\);\n\n/m, '');
    return text
      .replace(/(?<=new )SampleItemCreated\(\{[^}]*\}\)/, `${first}(${example})`)
      .replace('{ SampleItemCreated }', `{ ${first} }`);
  };
}
